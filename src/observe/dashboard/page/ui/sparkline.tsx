// Sparkline: calls of the last seconds, one a point, with what was rejected on top of what was let through.
import { useMemo } from 'preact/hooks'
import { latest, type Track } from '../store/track.ts'

interface Props {
  readonly track: Track | null
  /** The slot of the track that will be written next. */
  readonly next: number
  readonly seconds?: number
  readonly label?: string
}

const HEIGHT = 24

export function Sparkline({ track, next, seconds = 45, label }: Props) {
  // What was before the page was opened is not known, which is not the same as nothing.
  const known = Math.min(seconds, next)
  const shape = useMemo(() => (track === null || known < 2 ? null : shapeOf(track, next, known)), [track, next, known])
  return (
    <svg
      class="spark"
      viewBox={`${known - seconds} 0 ${seconds - 1} ${HEIGHT}`}
      preserveAspectRatio="none"
      {...(label === undefined ? { 'aria-hidden': true } : { role: 'img', 'aria-label': label })}
    >
      {shape === null ? (
        <path d={`M${known - seconds} ${HEIGHT - 0.5}H${known}`} class="spark-none" />
      ) : (
        <>
          <path d={shape.calls} class="spark-calls" />
          <path d={shape.rejected} class="spark-rejected" />
          <path d={shape.line} class="spark-line" />
        </>
      )}
    </svg>
  )
}

function shapeOf(track: Track, next: number, seconds: number) {
  const calls = latest(track.calls, next, seconds)
  const rejections = latest(track.rejections, next, seconds)
  const all = calls.map((value, index) => value + (rejections[index] ?? 0))
  // A call every now and then is no mountain.
  const top = Math.max(2, ...all)
  const y = (value: number) => Math.round((HEIGHT - 1 - (value / top) * (HEIGHT - 3)) * 10) / 10
  const points = (values: readonly number[]) => values.map((value, index) => `${index} ${y(value)}`)
  const line = points(calls).join('L')
  return {
    calls: `M0 ${HEIGHT}L${line}L${seconds - 1} ${HEIGHT}z`,
    // Between what was let through and all: what was not.
    rejected: rejections.some((value) => value > 0)
      ? `M${points(all).join('L')}L${points(calls).reverse().join('L')}z`
      : '',
    line: `M${line}`,
  }
}
