// Selection: which endpoints are shown: those not closed and the first few, never more than `maxEndpoints`. One that opens
// later is added; if there is no room, it replaces one that was added so and has closed again.
import type { BreakerState } from '../../index.ts'

export interface SelectionRules {
  /** Which may be shown at all. */
  readonly matches: (name: string) => boolean
  readonly first: number
  readonly maxEndpoints: number
}

/** What a move does to the selection: it adds the endpoint, there is no room for it, or neither. */
export interface Change {
  readonly effect: 'added' | 'turnedAway' | 'none'
  /** The one that was replaced. */
  readonly gaveWay?: string
}

const NONE: Change = { effect: 'none' }

export class Selection {
  readonly #rules: SelectionRules
  /** By name; whether it is one of the first, which stay whatever their state. */
  readonly #shown = new Map<string, boolean>()
  /** Shown because they opened, and closed again; the longest closed first. */
  readonly #closedAgain = new Set<string>()
  #first = 0
  #turnedAway = 0

  constructor(rules: SelectionRules) {
    this.#rules = rules
  }

  get names(): string[] {
    return [...this.#shown.keys()]
  }

  get size(): number {
    return this.#shown.size
  }

  /** Openings that could not be shown for lack of room. */
  get turnedAway(): number {
    return this.#turnedAway
  }

  has(name: string): boolean {
    return this.#shown.has(name)
  }

  /** Those not closed have the room before the others. */
  begin(breakers: readonly { readonly endpoint: string; readonly state: BreakerState }[]): void {
    const { matches, first } = this.#rules
    const eligible = breakers.filter(({ endpoint }) => matches(endpoint))
    const early = new Set(eligible.slice(0, first).map(({ endpoint }) => endpoint))
    const busy = eligible.filter(({ state }) => state !== 'closed')
    for (const { endpoint } of busy) if (!this.#add(endpoint, early.has(endpoint))) this.#turnedAway++
    for (const endpoint of early) if (!this.has(endpoint)) this.#add(endpoint, true)
  }

  /** Whether it is shown from now on. */
  created(name: string): boolean {
    const { matches, first } = this.#rules
    return !this.has(name) && this.#first < first && matches(name) && this.#add(name, true)
  }

  moved(name: string, to: BreakerState): Change {
    if (this.has(name)) {
      if (to !== 'closed') this.#closedAgain.delete(name)
      else if (this.#shown.get(name) === false) this.#closedAgain.add(name)
      return NONE
    }
    if (to === 'closed' || !this.#rules.matches(name)) return NONE
    if (this.#add(name, false)) return { effect: 'added' }
    const [gaveWay] = this.#closedAgain
    if (gaveWay === undefined) {
      this.#turnedAway++
      return { effect: 'turnedAway' }
    }
    this.deleted(gaveWay)
    this.#add(name, false)
    return { effect: 'added', gaveWay }
  }

  deleted(name: string): void {
    if (this.#shown.get(name) === true) this.#first--
    this.#shown.delete(name)
    this.#closedAgain.delete(name)
  }

  #add(name: string, isFirst: boolean): boolean {
    if (this.#shown.size >= this.#rules.maxEndpoints) return false
    this.#shown.set(name, isFirst)
    if (isFirst) this.#first++
    return true
  }
}
