// PendingChanges: news of endpoints that have no breaker here, or one with other rules: they may have one later.
import { type FleetChange, merged } from './record.ts'

/** Names may come from outside the program, so the memory of them is bounded. */
const MOST_HEARD = 10_000

interface Heard {
  readonly change: FleetChange
  /** When, in ms of the registry's clock. */
  readonly at: number
}

export class PendingChanges {
  readonly #heard = new Map<string, Heard>()

  note(change: FleetChange, now: number): void {
    const key = `${change.rules} ${change.endpoint}`
    const known = this.#heard.get(key)
    if (known !== undefined && merged(known.change.record, change) !== change.record) return
    // Closed ones too: if the version is known, late news is not believed.
    this.#heard.delete(key)
    this.#heard.set(key, { change, at: now })
    if (this.#heard.size <= MOST_HEARD) return
    // The store sends it again with the answer to a request for a lease, or a report.
    const [oldest] = this.#heard.keys()
    if (oldest !== undefined) this.#heard.delete(oldest)
  }

  /** As it is by now. */
  recall(endpoint: string, rules: string, now: number): FleetChange | undefined {
    const heard = this.#heard.get(`${rules} ${endpoint}`)
    if (heard === undefined) return undefined
    const { change, at } = heard
    const remainingMs = Math.max(0, Math.ceil(change.record.remainingMs - (now - at)))
    return { ...change, record: { ...change.record, remainingMs } }
  }
}
