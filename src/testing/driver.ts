// Driver: how the kit operates a breaker under test, in any library or service.
// A step may answer at once or with a promise; the kit moves time only through the clock that it passes.
import type { Duration } from '../core/edge/duration.ts'
import { ArgumentError } from '../core/edge/errors.ts'
import type { PolicyOptions } from '../core/edge/resolve-policy.ts'
import { COMMANDS as BREAKER_COMMANDS, type Command as BreakerCommand } from '../core/rules/commands.ts'
import { checkMethods } from './model/given.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** How a call ends; `'ignore'`: it counts as neither success nor failure, as when its caller has cancelled it. */
export type CallResult = 'succeed' | 'fail' | 'ignore'

/** What an operator does; `delete` (and the name used again) and `crash` of the actor are for supervised breakers. */
export type Command = BreakerCommand | 'delete' | 'crash'

/** All of them. */
export const COMMANDS: readonly Command[] = [...BREAKER_COMMANDS, 'delete', 'crash']

type Awaitable<T> = T | PromiseLike<T>

/**
 * A breaker under test, closed and new. `P` is what the driver needs to settle a call that was admitted; it must not be
 * `undefined`. If a method throws, the test fails with the story up to there.
 */
export interface Subject<P> {
  /** Makes one call, and leaves it in flight. Returns what settles it later, or `undefined` if it is rejected. */
  admit(): Awaitable<P | undefined>
  /** Ends a call that was admitted. The breaker must have the outcome when this returns. */
  settle(permit: P, result: CallResult): Awaitable<void>
  /** Executes one of the driver's `commands`; never called with others. */
  command(command: Command): Awaitable<void>
  /** Reports an outcome without a call. Without this method, `explore` takes no such steps. */
  report?(result: 'succeed' | 'fail'): Awaitable<void>
  /** The state in these words: `closed`, `open`, `halfOpen`, `forcedOpen` or `disabled`. */
  state(): string
  /** Everything else that can be seen and must agree with the model. Default: only the state is compared. */
  observe?(): Observation
  /** All that its future depends on, as text. With it, `explore` continues only one of two histories that end in the same. */
  fingerprint?(): string
  /** Called after time was moved, before anything is checked: wait here for the work that timers have started. */
  tick?(): Awaitable<void>
  /** Called once, when the test is over, however it went. */
  stop?(): Awaitable<void>
}

/** What can be seen of a breaker besides its state. */
export interface Observation {
  /** Number of the generation; only how it grows is compared. */
  readonly generation: number
  /**
   * Pending timers of the breaker: none if nothing is due, at least one if something is. `undefined` if calls in flight
   * have timers, too: then they are not compared.
   */
  readonly timers: number | undefined
  /** Calls since the breaker was made, or deleted and made again. */
  readonly calls: {
    /** Admitted. */
    readonly allowed: number
    /** Not admitted. */
    readonly rejected: number
    /** Of those admitted, those that ended as a success. */
    readonly succeeded: number
    /** Those that ended as a failure; also probes whose lease ended. */
    readonly failed: number
    /** Those that ended as neither. */
    readonly ignored: number
    /** Those that ended after the stay in which they were admitted. */
    readonly late: number
  }
}

/** How the kit operates one library or service. Methods may answer at once or with a promise. */
export interface Driver<P = unknown> {
  /** The name that a failing test shows. */
  readonly name: string
  /** The commands this library has; others are not tried. */
  readonly commands: readonly Command[]
  /** Whether a call may be reported as neither success nor failure. */
  readonly canIgnore: boolean
  /**
   * How long a promise of the subject may take to settle, in real time: milliseconds or a string such as `'5s'`. After that
   * the test fails, and says which one. Default `'1s'`; `start` and `stop` may take any time.
   */
  readonly stepTimeout?: Duration | undefined
  /** A new breaker, under this policy (as users write it, `timeout` left out) and on this clock, in milliseconds. */
  start(policy: PolicyOptions, clock: VirtualClock): Awaitable<Subject<P>>
}

/** @throws ArgumentError (`INVALID_ARGUMENT`) unless it has what a driver needs. */
export function checkDriver(driver: unknown): void {
  checkMethods('driver', driver, ['start'])
  const { name, commands, canIgnore } = driver as Record<keyof Driver, unknown>
  if (typeof name !== 'string') throw new ArgumentError('driver.name', 'a string', name)
  if (!Array.isArray(commands)) throw new ArgumentError('driver.commands', 'a list, of no commands too', commands)
  if (typeof canIgnore !== 'boolean') throw new ArgumentError('driver.canIgnore', 'true or false', canIgnore)
}

/** @throws ArgumentError (`INVALID_ARGUMENT`) unless it has what a subject needs. */
export function checkSubject(subject: unknown, commands: readonly Command[]): void {
  const needed = ['admit', 'settle', 'state', ...(commands.length > 0 ? ['command'] : [])]
  checkMethods('the answer of driver.start', subject, needed)
}
