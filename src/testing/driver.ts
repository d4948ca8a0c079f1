// Driver: how the kit works a breaker under test, whatever library or service it is in.
// A step may answer at once or with a promise; the kit moves time only through the clock it hands over.
import type { PolicyOptions } from '../edge/resolve-policy.ts'
import type { VirtualClock } from './virtual-clock.ts'

export type CallResult = 'succeed' | 'fail' | 'ignore'

/** What an operator does; `delete` and `crash` are for supervised breakers. */
export type Command = 'trip' | 'reset' | 'isolate' | 'disable' | 'enable' | 'delete' | 'crash'

type Awaitable<T> = T | PromiseLike<T>

/** A breaker under test. `P` is whatever the driver needs to settle a call that was admitted. */
export interface Subject<P> {
  /** Asks for one call: what settles it later, or `undefined` when it is rejected. */
  admit(): Awaitable<P | undefined>
  settle(permit: P, result: CallResult): Awaitable<void>
  command(command: Command): Awaitable<void>
  /** Reports an outcome of a call that was not asked for, where the library has that. */
  report?(result: 'succeed' | 'fail'): Awaitable<void>
  /** The state in this library's words: `closed`, `open`, `halfOpen`, `forcedOpen` or `disabled`. */
  state(): string
  /** All else that can be seen and must agree with the model, where the driver can tell. */
  observe?(): Observation
  /** All that its future depends on, as text; lets `explore` continue two histories once that left it the same. */
  fingerprint?(): string
  /** Called after time was moved, before anything is looked at. */
  tick?(): Awaitable<void>
  stop?(): Awaitable<void>
}

export interface Observation {
  readonly generation: number
  /** Timers of the breaker that are pending: none when nothing is due, at least one when something is. */
  readonly timers: number
  readonly calls: {
    readonly allowed: number
    readonly rejected: number
    readonly succeeded: number
    readonly failed: number
    readonly ignored: number
    readonly late: number
  }
}

export interface Driver<P = unknown> {
  readonly name: string
  /** The commands this library has; others are not tried. */
  readonly commands: readonly Command[]
  /** Whether a call may be reported as neither success nor failure. */
  readonly canIgnore: boolean
  start(policy: PolicyOptions, clock: VirtualClock): Awaitable<Subject<P>>
}
