// Route: what is shown, kept in the hash of the address, so that it can be sent to someone: view, endpoint, search, kinds.
import { computed, signal } from '@preact/signals'
import { KINDS, numberOfKind } from '../admission.ts'

export type View = 'list' | 'fleet'

export interface Route {
  readonly view: View
  /** The one that is opened; `null`: none. */
  readonly endpoint: string | null
  readonly query: string
  /** Numbers of kinds; none means all. */
  readonly kinds: readonly number[]
}

export const route = signal<Route>(read(location.hash))
export const view = computed(() => route.value.view)
export const openedName = computed(() => route.value.endpoint)
export const query = computed(() => route.value.query)
export const kindFilter = computed(() => route.value.kinds)

addEventListener('hashchange', () => {
  route.value = read(location.hash)
})

/** Opening and closing can be undone with the browser's back button; typing a search can't. */
export function go(change: Partial<Route>): void {
  const next = { ...route.peek(), ...change }
  const isStep = next.view !== route.peek().view || next.endpoint !== route.peek().endpoint
  route.value = next
  history[isStep ? 'pushState' : 'replaceState'](null, '', write(next))
}

export function hrefOf(endpoint: string): string {
  return write({ ...route.peek(), endpoint })
}

function read(hash: string): Route {
  const [path = '', search = ''] = hash.replace(/^#\/?/, '').split('?', 2)
  const options = new URLSearchParams(search)
  return {
    view: path === 'fleet' ? 'fleet' : 'list',
    endpoint: options.get('endpoint'),
    query: options.get('q') ?? '',
    kinds: (options.get('state') ?? '')
      .split(',')
      .map(numberOfKind)
      .filter((kind) => kind >= 0),
  }
}

function write({ view, endpoint, query, kinds }: Route): string {
  const options = new URLSearchParams()
  if (query !== '') options.set('q', query)
  if (kinds.length > 0) options.set('state', kinds.map((kind) => KINDS[kind]?.key ?? '').join(','))
  if (endpoint !== null) options.set('endpoint', endpoint)
  return `#/${view}${options.size === 0 ? '' : `?${options}`}`
}
