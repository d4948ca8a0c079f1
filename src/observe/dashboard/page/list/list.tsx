// List: all endpoints as a grid. Only the rows in sight are in the document, so ten thousand cost as much as thirty.
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { beat } from '../store/beat.ts'
import { second } from '../store/endpoints.ts'
import { go, openedName } from '../store/route.ts'
import { COLUMNS, type Column } from './columns.ts'
import { cursor, shown, sort, sortBy } from './order.ts'
import { EndpointRow, ROW_HEIGHT } from './row.tsx'

/** Rows drawn beyond the edges, so that scrolling meets no gap. */
const BEYOND = 6

export function List() {
  const box = useRef<HTMLDivElement>(null)
  const [area, setArea] = useState({ top: 0, height: 800 })
  beat.value
  const endpoints = shown.value
  const opened = openedName.value
  const at = cursor.value
  const first = Math.max(0, Math.floor(area.top / ROW_HEIGHT) - BEYOND)
  const last = Math.ceil((area.top + area.height) / ROW_HEIGHT) + BEYOND
  const slots = Math.ceil(area.height / ROW_HEIGHT) + 2 * BEYOND + 2
  const atIndex = at === null ? -1 : endpoints.findIndex(({ name }) => name === at)
  const now = performance.now()

  useLayoutEffect(() => {
    const element = box.current
    if (element === null) return
    const measure = () => setArea({ top: element.scrollTop, height: element.clientHeight })
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    element.addEventListener('scroll', measure, { passive: true })
    return () => {
      observer.disconnect()
      element.removeEventListener('scroll', measure)
    }
  }, [])

  const moveTo = (index: number) => {
    const target = endpoints[Math.max(0, Math.min(endpoints.length - 1, index))]
    if (target === undefined) return
    cursor.value = target.name
    // With one opened, the keys leaf through them.
    if (opened !== null) go({ endpoint: target.name })
    showRow(box.current, endpoints.indexOf(target))
  }

  const onKeyDown = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor(area.height / ROW_HEIGHT) - 2)
    const steps: Record<string, number> = {
      ...{ ArrowDown: atIndex + 1, j: atIndex + 1, ArrowUp: atIndex - 1, k: atIndex - 1 },
      ...{ PageDown: atIndex + page, PageUp: atIndex - page, Home: 0, End: endpoints.length - 1 },
    }
    const target = steps[event.key]
    if (event.target instanceof HTMLButtonElement || event.ctrlKey || event.metaKey || event.altKey) return
    if (target !== undefined) moveTo(target)
    else if (event.key === 'Enter' && at !== null) go({ endpoint: at })
    else return
    event.preventDefault()
  }

  const onClick = (event: MouseEvent) => {
    const row = (event.target as Element).closest<HTMLElement>('[data-index]')
    const endpoint = endpoints[Number(row?.dataset['index'])]
    if (row === null || endpoint === undefined || event.ctrlKey || event.metaKey || event.shiftKey) return
    event.preventDefault()
    cursor.value = endpoint.name
    go({ endpoint: endpoint.name })
  }

  return (
    <div
      ref={box}
      class="list"
      role="grid"
      tabIndex={0}
      aria-label="Endpoints"
      aria-rowcount={endpoints.length + 1}
      aria-colcount={COLUMNS.length}
      aria-activedescendant={atIndex >= first && atIndex < last ? `row-${atIndex}` : undefined}
      onKeyDown={onKeyDown}
      onClick={onClick}
    >
      <div role="rowgroup" class="list-head">
        <div role="row" aria-rowindex={1} class="row row-head">
          {COLUMNS.map((column) => (
            <Heading key={column.key} column={column} />
          ))}
        </div>
      </div>
      <div role="rowgroup" class="list-body" style={{ height: `${endpoints.length * ROW_HEIGHT}px` }}>
        {endpoints.slice(first, last).map((endpoint, offset) => (
          <EndpointRow
            // Not the name: a row that leaves at one edge is reused at the other, which is cheaper than making one.
            key={(first + offset) % slots}
            endpoint={endpoint}
            index={first + offset}
            next={second.value}
            now={now}
            isAtCursor={endpoint.name === at}
            isOpened={endpoint.name === opened}
          />
        ))}
      </div>
    </div>
  )
}

function Heading({ column: { key, label, title } }: { column: Column }) {
  const { key: sorted, isDescending } = sort.value
  const direction = key !== sorted ? undefined : isDescending ? 'descending' : 'ascending'
  return (
    <span role="columnheader" class={`cell cell-${key}`} aria-sort={direction ?? 'none'}>
      <button type="button" title={title} onClick={() => sortBy(key)}>
        {label}
        <svg class={`sorted ${direction ?? ''}`} width="8" height="8" viewBox="0 0 8 8" aria-hidden="true">
          <path d="M1 5.5 4 2l3 3.5" />
        </svg>
      </button>
    </span>
  )
}

function showRow(box: HTMLElement | null, index: number): void {
  if (box === null) return
  const head = box.querySelector<HTMLElement>('.list-head')?.offsetHeight ?? 0
  const top = index * ROW_HEIGHT
  if (top < box.scrollTop) box.scrollTop = top
  else if (top + ROW_HEIGHT + head > box.scrollTop + box.clientHeight) {
    box.scrollTop = top + ROW_HEIGHT + head - box.clientHeight
  }
}
