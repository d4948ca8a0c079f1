// Every error that is ours: a name, a `code` to match on, and a message that says what was expected.
// A brand shared through Symbol.for lets isBreakerError recognise errors of another copy of the package.
import type { BreakerState } from '../rules/decide.ts'
import { describeReason, type Reason } from '../rules/triggers.ts'

const BRAND = Symbol.for('switchgear.error')

/** What every error of switchgear has. */
export interface BreakerError extends Error {
  readonly code: ErrorCode
}

class BrandedError extends Error implements BreakerError {
  readonly code: ErrorCode
  constructor(code: ErrorCode, message: string) {
    super(message)
    this.code = code
    this.name = new.target.name
  }
}
Object.defineProperty(BrandedError.prototype, BRAND, { value: true })

/** One mistake in a policy or in options. */
export interface Mistake {
  readonly path: string
  readonly expected: string
  readonly received: string
}

function listMistakes(what: string, mistakes: readonly Mistake[]): string {
  const lines = mistakes.map(({ path, expected, received }) => `  ${path}: expected ${expected}, received ${received}`)
  return `${what}:\n${lines.join('\n')}`
}

/** A policy or an option is wrong (`INVALID_POLICY`); `mistakes` lists all of them. */
export class PolicyError extends BrandedError {
  readonly mistakes: readonly Mistake[]
  constructor(what: string, mistakes: readonly Mistake[]) {
    super('INVALID_POLICY', listMistakes(what, mistakes))
    this.mistakes = mistakes
  }
}

/** A snapshot can't be restored (`INVALID_SNAPSHOT`): broken JSON, another version, or fields that are wrong. */
export class SnapshotError extends BrandedError {
  constructor(message: string, mistakes: readonly Mistake[] = []) {
    super('INVALID_SNAPSHOT', mistakes.length > 0 ? listMistakes(message, mistakes) : message)
  }
}

/** An argument is not what the method takes (`INVALID_ARGUMENT`). */
export class ArgumentError extends BrandedError {
  constructor(where: string, expected: string, received: unknown) {
    super('INVALID_ARGUMENT', `${where}: expected ${expected}, received ${describeValue(received)}`)
  }
}

/** The clock lacks one of its three functions, or `now()` gives no time (`INVALID_CLOCK`). */
export class ClockError extends BrandedError {
  constructor(message: string) {
    super('INVALID_CLOCK', message)
  }
}

/** The registry was closed (`REGISTRY_CLOSED`). */
export class RegistryClosedError extends BrandedError {
  constructor() {
    super('REGISTRY_CLOSED', 'the registry is closed: make another with createRegistry()')
  }
}

/** `maxBreakers` is reached and no breaker may be evicted (`REGISTRY_FULL`). */
export class RegistryFullError extends BrandedError {
  constructor(maxBreakers: number) {
    super('REGISTRY_FULL', `the registry holds maxBreakers = ${maxBreakers} breakers and none of them is closed`)
  }
}

/** The call took longer than its `timeout` (`CALL_TIMEOUT`); its signal was aborted with this error. */
export class CallTimeoutError extends BrandedError {
  readonly endpoint: string
  readonly timeoutMs: number
  constructor(endpoint: string, timeoutMs: number) {
    super('CALL_TIMEOUT', `the call to ${quote(endpoint)} took longer than its timeout of ${timeoutMs} ms`)
    this.endpoint = endpoint
    this.timeoutMs = timeoutMs
  }
}

/** The call was not made: its breaker is open, forced open, or half-open with every permit held (`BREAKER_OPEN`). */
export interface BreakerOpenError extends BreakerError {
  readonly code: 'BREAKER_OPEN'
  readonly endpoint: string
  readonly state: BreakerState
  /** Why the breaker left `closed`. */
  readonly reason: Reason
  /** When to try again, in ms; `undefined` while forced open, when nobody knows. */
  readonly retryAfterMs: number | undefined
}

/** The parts of a rejection that are the same for a whole stay, so that a rejected call builds no strings. */
export interface Rejection {
  readonly message: string
  readonly reason: Reason
}

export function newRejection(endpoint: string, state: BreakerState, reason: Reason): Rejection {
  const words = { halfOpen: 'half-open and every permit is held', forcedOpen: 'forced open' } as Record<string, string>
  const message = `circuit ${quote(endpoint)} is ${words[state] ?? state}: ${describeReason(reason)}`
  return { message, reason }
}

// Not `extends Error`: the Error constructor costs 300 ns without and 2-3 µs with a stack, more than all the rest of a
// rejection. It is `instanceof Error` and prints as one; `captureStack` in the policy gives it a real stack.
function OpenError(
  this: { -readonly [K in keyof BreakerOpenError]: BreakerOpenError[K] },
  rejection: Rejection,
  endpoint: string,
  state: BreakerState,
  retryAfterMs: number | undefined,
) {
  this.message = rejection.message
  this.code = 'BREAKER_OPEN'
  this.endpoint = endpoint
  this.state = state
  this.reason = rejection.reason
  this.retryAfterMs = retryAfterMs
}
OpenError.prototype = Object.create(Error.prototype, {
  constructor: { value: OpenError },
  name: { value: 'BreakerOpenError' },
  stack: {
    get(this: Error) {
      return `${this.name}: ${this.message}`
    },
    set(this: Error, value: unknown) {
      Object.defineProperty(this, 'stack', { value, writable: true, configurable: true })
    },
  },
  [BRAND]: { value: true },
})
Object.defineProperty(OpenError, 'name', { value: 'BreakerOpenError' })

export const BreakerOpenError = OpenError as unknown as {
  new (rejection: Rejection, endpoint: string, state: BreakerState, retryAfterMs: number | undefined): BreakerOpenError
  readonly prototype: BreakerOpenError
}

interface ErrorTypes {
  BREAKER_OPEN: BreakerOpenError
  CALL_TIMEOUT: CallTimeoutError
  INVALID_ARGUMENT: ArgumentError
  INVALID_CLOCK: ClockError
  INVALID_POLICY: PolicyError
  INVALID_SNAPSHOT: SnapshotError
  REGISTRY_CLOSED: RegistryClosedError
  REGISTRY_FULL: RegistryFullError
}

export type ErrorCode = keyof ErrorTypes

/** Whether an error is switchgear's, also one of another copy of the package; with `code`, whether it is that one. */
export function isBreakerError<C extends ErrorCode>(error: unknown, code: C): error is ErrorTypes[C]
export function isBreakerError(error: unknown): error is BreakerError
export function isBreakerError(error: unknown, code?: ErrorCode): boolean {
  if (typeof error !== 'object' || error === null || !(BRAND in error)) return false
  return code === undefined || ('code' in error && error.code === code)
}

/** A value in few words, for messages. */
export function describeValue(value: unknown): string {
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (typeof value === 'string') return quote(value)
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'object') return describeObject(value)
  return typeof value === 'function' ? 'a function' : typeof value
}

function describeObject(value: object): string {
  const kind: unknown = value.constructor?.name
  if (typeof kind === 'string' && kind !== 'Object') return `a value of class ${kind}`
  const keys = Object.keys(value).slice(0, 8).join(', ')
  return keys === '' ? '{}' : `{ ${keys} }`
}

function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text)
}
