// Traffic: calls, failures and refused calls of the last three minutes, as the page saw them.
import { useLayoutEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { perSecond } from '../format.ts'
import { second } from '../store/endpoints.ts'
import { colour, repaint } from '../store/theme.ts'
import { latest, SAMPLES, type Track } from '../store/track.ts'

const HEIGHT = 150
const SHORTEST = 60
const LINES = [
  { key: 'calls', label: 'Calls', colour: '--line-calls', dash: [] },
  { key: 'failures', label: 'Failures', colour: '--line-failures', dash: [5, 3] },
  { key: 'rejections', label: 'Refused', colour: '--line-rejections', dash: [1.5, 2.5] },
] as const

export function Traffic({ track }: { track: Track | null }) {
  const box = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | null>(null)
  const next = second.value
  const look = repaint.value

  useLayoutEffect(() => {
    const element = box.current
    if (element === null) return
    const chart = new uPlot(optionsFor(element.clientWidth), dataOf(track, next), element)
    plot.current = chart
    const observer = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height: HEIGHT }))
    observer.observe(element)
    return () => {
      observer.disconnect()
      chart.destroy()
      plot.current = null
    }
  }, [look])

  useLayoutEffect(() => {
    plot.current?.setData(dataOf(track, next))
  }, [track, next])

  return (
    <section class="part traffic" aria-labelledby="traffic-title">
      <h3 id="traffic-title">Traffic, a second</h3>
      <ul class="legend">
        {LINES.map(({ key, label }) => (
          <li key={key} class={`legend-${key}`}>
            <svg width="18" height="8" viewBox="0 0 18 8" aria-hidden="true">
              <path d="M0 4h18" />
            </svg>
            {label}{' '}
            <strong class="figure">{perSecond(track === null ? 0 : (latest(track[key], next, 1)[0] ?? 0))}</strong>
          </li>
        ))}
      </ul>
      <div ref={box} class="plot" aria-hidden="true" />
    </section>
  )
}

/** Seconds before now, and the three lines. What was before the page was opened is not known. */
function dataOf(track: Track | null, next: number): uPlot.AlignedData {
  const length = lengthOf(next)
  const seconds = Array.from({ length }, (_, index) => index - length + 1)
  const unknown = length - Math.min(length, next)
  return [
    seconds,
    ...LINES.map(({ key }) => {
      const values = track === null ? seconds.map(() => 0) : latest(track[key], next, length)
      return values.map((value, index) => (index < unknown ? null : value))
    }),
  ] as uPlot.AlignedData
}

/** In seconds: as much as is known, of a minute at least. */
function lengthOf(next: number): number {
  return Math.min(SAMPLES, Math.max(SHORTEST, next))
}

function optionsFor(width: number): uPlot.Options {
  const axis: uPlot.Axis = {
    stroke: colour('--ink-3'),
    font: `11px ${getComputedStyle(document.body).fontFamily}`,
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
  }
  return {
    width,
    height: HEIGHT,
    padding: [8, 8, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: { x: { time: false }, y: { range: (_, __, max) => [0, Math.max(2, max * 1.08)] } },
    series: [
      {},
      ...LINES.map(({ label, colour: property, dash }, index) => ({
        label,
        stroke: colour(property),
        width: index === 0 ? 1.5 : 2,
        dash: [...dash],
        points: { show: false },
        ...(index === 0 ? { fill: colour('--line-calls-area') } : {}),
      })),
    ],
    axes: [
      {
        ...axis,
        size: 24,
        splits: (_, __, min) => [-150, -120, -90, -60, -30].filter((second) => second > min + 4),
        values: (_, splits) =>
          splits.map((second) => (second % 60 === 0 ? `${-second / 60} min ago` : `${-second} s ago`)),
      },
      { ...axis, size: 42, values: (_, splits) => splits.map((value) => perSecond(value)) },
    ],
  }
}
