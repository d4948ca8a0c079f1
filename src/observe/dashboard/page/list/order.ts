// Order: which endpoints the list shows, and in which order. Computed again when the user chooses another order, when an
// endpoint changes its state, and once a second for figures that move; not at every update, so that rows stand still to be
// read.
import { computed, signal } from '@preact/signals'
import { byName, type Endpoint, second, structure } from '../store/endpoints.ts'
import { kindFilter, query } from '../store/route.ts'
import { COLUMNS, type SortKey, sortValue } from './columns.ts'

export interface Sort {
  readonly key: SortKey
  readonly isDescending: boolean
}

export const sort = signal<Sort>({ key: 'state', isDescending: false })
/** The one that the keyboard is at. */
export const cursor = signal<string | null>(null)

export function sortBy(key: SortKey): void {
  const { key: before, isDescending } = sort.peek()
  const mostFirst = COLUMNS.find((column) => column.key === key)?.mostFirst ?? false
  sort.value = { key, isDescending: key === before ? !isDescending : mostFirst }
}

export function matches(endpoint: Endpoint, text: string, kinds: readonly number[]): boolean {
  return (kinds.length === 0 || kinds.includes(endpoint.kind)) && (text === '' || endpoint.searchable.includes(text))
}

export const shown = computed<readonly Endpoint[]>(() => {
  structure.value
  const { key, isDescending } = sort.value
  const isMoving = key !== 'state' && key !== 'name'
  const next = isMoving ? second.value : second.peek()
  const text = query.value.trim().toLowerCase()
  const kinds = kindFilter.value
  const found = byName().filter((endpoint) => matches(endpoint, text, kinds))
  if (key === 'name') return isDescending ? found.reverse() : found
  const values = new Map(found.map((endpoint) => [endpoint, sortValue(key, endpoint, next)]))
  const direction = isDescending ? -1 : 1
  // Sorting is stable: equals stay in the order of their names.
  return found.sort((a, b) => {
    const left = values.get(a) ?? null
    const right = values.get(b) ?? null
    if (left === right) return 0
    if (left === null) return 1
    if (right === null) return -1
    return (left - right) * direction
  })
})
