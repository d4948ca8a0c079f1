// History: the transitions that happened since the dashboard was made, of breakers and of what their fleet decides, bounded
// for each endpoint and in all; the oldest go first. Written by listeners of the registry; read by the stream and by the detail of an endpoint.
import { type BreakerState, describeReason, type Registry } from '../../index.ts'
import type { WireTransition } from './protocol.ts'

/** So many transitions of one endpoint are kept. */
export const MOST_OF_ENDPOINT = 50
/** So many transitions of all endpoints are kept. */
export const MOST_IN_ALL = 20_000

/** An item of a list that is linked both ways: it can be taken out of the middle, and be walked from the newest. */
interface Entry {
  readonly number: number
  readonly transition: WireTransition
  older: Entry | null
  newer: Entry | null
}

export interface History {
  /** The number of the newest transition; each has the one after that before it. */
  readonly last: () => number
  /** Those after this number, at most `most`: the newest, the oldest of them first. */
  readonly since: (number: number, most: number) => WireTransition[]
  /** Those of one endpoint, and whether older ones were dropped. */
  readonly of: (endpoint: string) => { readonly transitions: readonly WireTransition[]; readonly isCut: boolean }
  readonly close: () => void
}

export function recordHistory(registry: Registry): History {
  const byEndpoint = new Map<string, { entries: Entry[]; isCut: boolean }>()
  const fleetStates = fleetStatesOf(registry)
  let oldest: Entry | null = null
  let newest: Entry | null = null
  let size = 0
  let last = 0

  const unlink = ({ older, newer }: Entry): void => {
    if (older === null) oldest = newer
    else older.newer = newer
    if (newer === null) newest = older
    else newer.older = older
    size--
  }
  const dropOldestOf = (endpoint: string): void => {
    const own = byEndpoint.get(endpoint)
    const entry = own?.entries.shift()
    if (own === undefined || entry === undefined) return
    own.isCut = true
    unlink(entry)
  }
  const add = (transition: WireTransition): void => {
    const entry: Entry = { number: ++last, transition, older: newest, newer: null }
    if (newest === null) oldest = entry
    else newest.newer = entry
    newest = entry
    size++
    const own = byEndpoint.get(transition.endpoint) ?? { entries: [], isCut: false }
    byEndpoint.set(transition.endpoint, own)
    own.entries.push(entry)
    if (own.entries.length > MOST_OF_ENDPOINT) dropOldestOf(transition.endpoint)
    // An entry is the oldest of all only if it is the oldest of its endpoint.
    if (size > MOST_IN_ALL && oldest !== null) dropOldestOf(oldest.transition.endpoint)
  }

  const unsubscribe = [
    registry.on('transition', ({ endpoint, from, to, generation, reason, time }) => {
      // A reset of all would push out what is worth remembering.
      if (from === 'closed' && to === 'closed') return
      const by = 'breaker'
      add({ endpoint, by, from, to, generation, reason: describeReason(reason), time: Math.round(time) })
    }),
    registry.on('overridden', ({ endpoint, state, reason: why, time }) => {
      const from = fleetStates.get(endpoint) ?? 'closed'
      const to = state ?? 'closed'
      if (state === null) fleetStates.delete(endpoint)
      else fleetStates.set(endpoint, state)
      // What was not known ends: there is nothing to show.
      if (from === to) return
      const reason = why === null ? 'the fleet rejects no calls any more' : describeReason(why)
      add({ endpoint, by: 'fleet', from, to, generation: null, reason, time: Math.round(time) })
    }),
    registry.on('deleted', ({ endpoint }) => {
      for (const entry of byEndpoint.get(endpoint)?.entries ?? []) unlink(entry)
      byEndpoint.delete(endpoint)
      fleetStates.delete(endpoint)
    }),
  ]

  return {
    last: () => last,
    since(number, most) {
      const found: WireTransition[] = []
      for (let at = newest; at !== null && at.number > number && found.length < most; at = at.older) {
        found.push(at.transition)
      }
      return found.reverse()
    },
    of(endpoint) {
      const own = byEndpoint.get(endpoint)
      return { transitions: own?.entries.map(({ transition }) => transition) ?? [], isCut: own?.isCut ?? false }
    },
    close() {
      for (const end of unsubscribe) end()
    },
  }
}

/** As what the fleet rejects calls already, of each endpoint whose calls it rejects. */
function fleetStatesOf(registry: Registry): Map<string, BreakerState> {
  const overridden = registry.list().filter(({ admission }) => admission.refusedBy === 'fleet')
  return new Map(overridden.map(({ endpoint, admission }) => [endpoint, admission.state]))
}
