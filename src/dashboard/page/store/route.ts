// Route: what is shown, kept in the hash of the address, so that it can be sent to someone: view, endpoint, search, states.
import { computed, signal } from '@preact/signals'
import { numberOf, STYLE_OF } from '../states.ts'

export type View = 'list' | 'fleet'

export interface Route {
  readonly view: View
  /** The one that is opened; `null`: none. */
  readonly endpoint: string | null
  readonly query: string
  /** Numbers of states; none means all. */
  readonly states: readonly number[]
}

export const route = signal<Route>(read(location.hash))
export const view = computed(() => route.value.view)
export const openedName = computed(() => route.value.endpoint)
export const query = computed(() => route.value.query)
export const stateFilter = computed(() => route.value.states)

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
    states: (options.get('state') ?? '')
      .split(',')
      .map(numberOf)
      .filter((state) => state >= 0),
  }
}

function write({ view, endpoint, query, states }: Route): string {
  const options = new URLSearchParams()
  if (query !== '') options.set('q', query)
  if (states.length > 0) options.set('state', states.map((state) => STYLE_OF[state]?.key ?? '').join(','))
  if (endpoint !== null) options.set('endpoint', endpoint)
  return `#/${view}${options.size === 0 ? '' : `?${options}`}`
}
