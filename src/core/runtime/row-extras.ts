// RowExtras: what few breakers have to say. A row gets one of its own when something is first written in it.
import type { Rejection } from '../edge/errors.ts'
import type { BreakerState } from '../rules/states.ts'
import type { Bulkhead } from './bulkhead.ts'
import type { OverrideInForce } from './override.ts'

export class RowExtras {
  rejected = 0
  ignored = 0
  late = 0
  slow = 0
  /** Failures whose time was up. */
  timedOut = 0
  /** Fallbacks that ran. */
  fallbacks = 0
  /** Calls that the bulkhead refused. */
  limited = 0
  /** Outcomes that were reported without a permit. */
  recorded = 0
  /** Time spent in states before the present one. */
  readonly timeInState: Record<BreakerState, number> = { closed: 0, open: 0, halfOpen: 0, forcedOpen: 0, disabled: 0 }
  /** What the errors of this generation have in common. */
  rejection: Rejection | null = null
  /** The error that opened it, until it closes; `undefined`: none, or not known. */
  cause: unknown = undefined
  lastProbe = 0
  /** Whether it was reported that calls inside its calls are refused. */
  isToldOfNesting = false
  /** Of a breaker whose policy has a limit, or had one. */
  bulkhead: Bulkhead | null = null
  /** Of a breaker that is overridden from above. */
  override: OverrideInForce | null = null
}
/** That of all others. */
export const NO_EXTRAS: Readonly<RowExtras> = Object.freeze(new RowExtras())
