// Keys: where a fleet is in Redis. All keys of a fleet have one hash tag, so that a script finds all of them in one slot of
// a cluster. Each has a time to live, so that a fleet that has ended leaves nothing behind.
import { sharedName } from '../names.ts'
import { packRules } from '../rules.ts'
import type { FleetEntry } from '../store.ts'

/** With the version of the format of the data: a release that changes it shares nothing with earlier ones. */
const PREFIX = 'switchgear:1:'

export interface Keys {
  readonly channel: string
  readonly live: string
  /** The keys that every script takes. */
  readonly common: readonly string[]
  /** The window, the reporters and the leases of an entry. */
  of(entry: FleetEntry): readonly string[]
}

export function newKeys(namespace: string): Keys {
  const key = (name: string) => `${PREFIX}{${namespace}#0}:${name}`
  return {
    channel: key('changes'),
    live: key('live'),
    common: ['records', 'log', 'live', 'suspects', 'rules', 'pushes'].map(key),
    of({ endpoint, rules }) {
      const field = `${packRules(rules).digest}:${sharedName(endpoint)}`
      return ['window', 'reporters', 'leases'].map((name) => key(`${name}:${field}`))
    },
  }
}
