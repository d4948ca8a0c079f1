// Hearsay: what was heard of endpoints that have no breaker here, or one with other rules: they may have one later.
import { type FleetChange, merged } from './record.ts'

interface Heard {
  readonly change: FleetChange
  /** When, in ms of the registry's clock. */
  readonly at: number
}

export class Hearsay {
  readonly #heard = new Map<string, Heard>()

  note(change: FleetChange, now: number): void {
    const key = `${change.rules} ${change.endpoint}`
    const known = this.#heard.get(key)
    if (known !== undefined && merged(known.change.record, change) !== change.record) return
    // Nobody needs to know that an endpoint is as every new one is.
    if (change.record.state === 'closed') this.#heard.delete(key)
    else this.#heard.set(key, { change, at: now })
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
