// Journal: what happened in a run, in order: transitions of the breakers, and changes of the services. Written by run.ts
// and timetable.ts; the views print each entry at once, the report keeps all of them.
import type { BreakerState } from '../../index.ts'

export interface Entry {
  /** Since the first call. */
  readonly atMs: number
  readonly endpoint: string
  /** `null` for news of the service itself. */
  readonly transition: { readonly from: BreakerState; readonly to: BreakerState } | null
  readonly text: string
}

export interface Journal {
  readonly entries: readonly Entry[]
  add(endpoint: string, text: string, transition?: Entry['transition']): void
}

/** A demonstration that nobody ends must not fill the memory: the oldest go first. */
const MOST_ENTRIES = 5000

export function newJournal(startedAt: number, onEntry: (entry: Entry) => void): Journal {
  const entries: Entry[] = []
  return {
    entries,
    add(endpoint, text, transition = null) {
      const entry = { atMs: performance.now() - startedAt, endpoint, transition, text }
      entries.push(entry)
      if (entries.length >= 2 * MOST_ENTRIES) entries.splice(0, MOST_ENTRIES)
      onEntry(entry)
    },
  }
}
