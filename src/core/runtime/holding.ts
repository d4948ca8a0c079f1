// Holding: what a permit holds besides its probe, and returns when its outcome is reported.
import type { Bulkhead } from './bulkhead.ts'
import type { Result } from './classify.ts'
import type { Enclosing } from './nesting.ts'

export interface Holding {
  /** Whether it holds a slot of the bulkhead. */
  readonly hasSlot: boolean
  /** Whether it is the probe of a fleet. */
  readonly isProbe: boolean
  /** The admission that it runs under, and has no verdict beside. */
  readonly outer: Enclosing | null
  giveBack(result: Result): void
}

/** A slot, and the fleet's probe. */
class Held implements Holding {
  readonly outer = null
  readonly #bulkhead: Bulkhead | null
  readonly #endProbe: ((result: Result) => void) | null

  constructor(bulkhead: Bulkhead | null, endProbe: ((result: Result) => void) | null) {
    this.#bulkhead = bulkhead
    this.#endProbe = endProbe
  }

  get hasSlot(): boolean {
    return this.#bulkhead !== null
  }

  get isProbe(): boolean {
    return this.#endProbe !== null
  }

  giveBack(result: Result): void {
    this.#endProbe?.(result)
    this.#bulkhead?.giveBack()
  }
}

/** A call of a share holds nothing to return; calls inside it run under it. */
const OF_SHARE: Holding = new Held(null, null)

/** `null`: a call like any other. */
export function holdingOf(
  bulkhead: Bulkhead | null,
  endProbe: ((result: Result) => void) | null,
  isOfShare: boolean,
): Holding | null {
  if (bulkhead === null && endProbe === null) return isOfShare ? OF_SHARE : null
  return new Held(bulkhead, endProbe)
}

/** A call inside an admitted call of the same breaker takes nothing. */
export class Nested implements Holding {
  readonly hasSlot = false
  readonly isProbe = false
  readonly outer: Enclosing
  constructor(outer: Enclosing) {
    this.outer = outer
  }
  giveBack(): void {}
}
