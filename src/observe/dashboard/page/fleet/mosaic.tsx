// Mosaic: the fleet when it is large: a canvas, with words for those who don't see it and keys for those who don't point.
import { useSignal, useSignalEffect } from '@preact/signals'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { lookOf, whyOf } from '../admission.ts'
import { matches } from '../list/order.ts'
import { beat } from '../store/beat.ts'
import type { Endpoint } from '../store/endpoints.ts'
import { go, kindFilter, openedName, query } from '../store/route.ts'
import { repaint } from '../store/theme.ts'
import { Name } from '../ui/name.tsx'
import { LookBadge } from '../ui/state-badge.tsx'
import { Painter } from './painter.ts'
import { type Grid, gridFor, placeOf } from './tiles.ts'

export function Mosaic({ endpoints }: { endpoints: readonly Endpoint[] }) {
  const box = useRef<HTMLDivElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const painter = useRef<Painter | null>(null)
  const [area, setArea] = useState({ width: 0, height: 0 })
  const focused = useSignal<number | null>(null)
  const isPointed = useSignal(false)
  const opened = openedName.value
  const grid = gridFor(endpoints.length, area.width, area.height)

  useLayoutEffect(() => {
    const element = box.current
    if (element === null) return
    const observer = new ResizeObserver(() => {
      // Less the frame that shows the focus.
      setArea({ width: element.clientWidth - 8, height: element.clientHeight - 8 })
    })
    observer.observe(element)
    return () => observer.disconnect()
  }, [])

  useLayoutEffect(() => {
    if (canvas.current === null || area.width <= 0) return
    painter.current = new Painter(canvas.current, grid, endpoints.length)
  }, [grid.columns, grid.rows, grid.size, area.width, endpoints.length])

  const text = query.value.trim().toLowerCase()
  const kinds = kindFilter.value
  const paint = () => painter.current?.paint(endpoints, (endpoint) => matches(endpoint, text, kinds), repaint.peek())
  useSignalEffect(() => {
    beat.value
    repaint.value
    paint()
  })
  useLayoutEffect(paint)

  const at = (event: MouseEvent): number | null => {
    const frame = canvas.current?.getBoundingClientRect()
    if (frame === undefined) return null
    const step = grid.size + grid.gap
    const column = Math.floor((event.clientX - frame.left) / step)
    const index = Math.floor((event.clientY - frame.top) / step) * grid.columns + column
    return column >= 0 && column < grid.columns && index >= 0 && index < endpoints.length ? index : null
  }

  const open = (index: number | null) => {
    const endpoint = index === null ? undefined : endpoints[index]
    if (endpoint !== undefined) go({ endpoint: endpoint.name })
  }

  const onKeyDown = (event: KeyboardEvent) => {
    const index = focused.value ?? -1
    const steps: Record<string, number> = {
      ...{ ArrowRight: index + 1, ArrowLeft: index - 1, Home: 0, End: endpoints.length - 1 },
      ...{ ArrowDown: index + (index < 0 ? 1 : grid.columns), ArrowUp: index - grid.columns },
    }
    const target = steps[event.key]
    if (target !== undefined && target >= 0 && target < endpoints.length) {
      focused.value = target
      isPointed.value = false
    } else if (event.key === 'Enter' || event.key === ' ') open(focused.value)
    else if (target === undefined) return
    event.preventDefault()
  }

  return (
    <div class="mosaic-frame">
      <div
        ref={box}
        class="mosaic"
        role="application"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys go from tile to tile
        tabIndex={0}
        aria-roledescription="mosaic of endpoints"
        aria-label={`Fleet: ${endpoints.length} endpoints by name. Arrow keys go from one to the next, Enter opens it.`}
        onKeyDown={onKeyDown}
        onBlur={() => (focused.value = null)}
        onMouseMove={(event) => {
          focused.value = at(event)
          isPointed.value = true
        }}
        onMouseLeave={() => (focused.value = null)}
        onClick={(event) => open(at(event))}
      >
        <canvas ref={canvas} aria-hidden="true" />
        <Ring index={endpoints.findIndex(({ name }) => name === opened)} grid={grid} kind="opened" />
        <Ring index={focused.value ?? -1} grid={grid} kind="focused" />
        <Tip endpoints={endpoints} index={focused.value} grid={grid} area={area} />
      </div>
      <p class="unseen" role="status">
        {isPointed.value ? '' : sentenceOf(focused.value === null ? undefined : endpoints[focused.value])}
      </p>
    </div>
  )
}

function sentenceOf(endpoint: Endpoint | undefined): string {
  return endpoint === undefined ? '' : `${endpoint.name.slice(0, 100)}: ${lookOf(endpoint.row).word}`
}

/** Around a tile. */
function Ring({ index, grid, kind }: { index: number; grid: Grid; kind: 'opened' | 'focused' }) {
  if (index < 0) return null
  const { x, y } = placeOf(index, grid)
  const size = `${grid.size + 4}px`
  return <i class={`ring ring-${kind}`} style={{ left: `${x + 2}px`, top: `${y + 2}px`, width: size, height: size }} />
}

interface TipProps {
  readonly endpoints: readonly Endpoint[]
  readonly index: number | null
  readonly grid: Grid
  readonly area: { readonly width: number; readonly height: number }
}

function Tip({ endpoints, index, grid, area }: TipProps) {
  const endpoint = index === null ? undefined : endpoints[index]
  if (index === null || endpoint === undefined) return null
  const { x, y } = placeOf(index, grid)
  const isLeft = x > area.width / 2
  const isAbove = y > area.height / 2
  const shift = `translate(${isLeft ? '-100%' : '0'}, ${isAbove ? '-100%' : '0'})`
  const left = x + (isLeft ? -4 : grid.size + 12)
  const top = y + (isAbove ? -4 : grid.size + 12)
  return (
    <div class="tip" aria-hidden="true" style={{ left: `${left}px`, top: `${top}px`, transform: shift }}>
      <strong>
        <Name name={endpoint.name} most={80} />
      </strong>
      <LookBadge look={lookOf(endpoint.row)} />
      <span class="tip-reason">{whyOf(endpoint.row)?.slice(0, 160)}</span>
    </div>
  )
}
