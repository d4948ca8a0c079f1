// Driver: how the kit works a breaker under test, whatever library or service it is in.
// A step may answer at once or with a promise; the kit moves time only through the clock it hands over.
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
 * A breaker under test, closed and new. `P` is whatever the driver needs to settle a call that was admitted; it must not
 * be `undefined`. What a method throws fails the test, with the story up to there.
 */
export interface Subject<P> {
  /** Asks for one call, and leaves it in flight: what settles it later, or `undefined` when it is rejected. */
  admit(): Awaitable<P | undefined>
  /** Ends a call that was admitted; the breaker must know of it when this answers. */
  settle(permit: P, result: CallResult): Awaitable<void>
  /** Does one of the driver's `commands`; is not asked for others. */
  command(command: Command): Awaitable<void>
  /** Reports an outcome of a call that was not asked for. Without it such steps are not taken by `explore`. */
  report?(result: 'succeed' | 'fail'): Awaitable<void>
  /** The state in these words: `closed`, `open`, `halfOpen`, `forcedOpen` or `disabled`. */
  state(): string
  /** All else that can be seen and must agree with the model, where the driver can tell. Without it: the state only. */
  observe?(): Observation
  /** All that its future depends on, as text; lets `explore` continue two histories once that left it the same. */
  fingerprint?(): string
  /** Called after time was moved, before anything is looked at: to let what the timers have set off come to an end. */
  tick?(): Awaitable<void>
  /** Called once, when the test is over, however it went. */
  stop?(): Awaitable<void>
}

/** What can be seen of a breaker besides its state. */
export interface Observation {
  /** Number of the generation; only how it grows is compared. */
  readonly generation: number
  /**
   * Timers of the breaker that are pending: none when nothing is due, at least one when something is. `undefined` where calls in
   * flight have timers, too: then they are not compared.
   */
  readonly timers: number | undefined
  /** Calls since the breaker was made, or deleted and made again. */
  readonly calls: {
    /** Admitted. */
    readonly allowed: number
    /** Not admitted. */
    readonly rejected: number
    /** Of those admitted, ended as a success. */
    readonly succeeded: number
    /** Ended as a failure; a probe whose lease ended, too. */
    readonly failed: number
    /** Ended as neither. */
    readonly ignored: number
    /** Ended after the stay that they were admitted in. */
    readonly late: number
  }
}

/** How the kit works one library or service. Methods may answer at once or with a promise. */
export interface Driver<P = unknown> {
  /** Told when a test fails. */
  readonly name: string
  /** The commands this library has; others are not tried. */
  readonly commands: readonly Command[]
  /** Whether a call may be reported as neither success nor failure. */
  readonly canIgnore: boolean
  /**
   * How long a promise of the subject's may take to settle, of real time: milliseconds or a string such as `'5s'`. After that the
   * test fails, and says which. Default `'1s'`; `start` and `stop` may take as long as they like.
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
