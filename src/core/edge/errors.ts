// Every error that is ours: a name, a `code` to match on, and a message that says what was expected.
import { printable } from '../rules/printable.ts'
import { BRAND, BrandedError, nameErrors } from './branded-error.ts'
import type { BreakerOpenError } from './breaker-open-error.ts'
import { describeValue, quote } from './describe-value.ts'

export { BreakerOpenError, newRejection, type Rejection } from './breaker-open-error.ts'
export { describeValue, quote } from './describe-value.ts'

/** One mistake in a policy or in options. */
export interface Mistake {
  /** Where it is, for example `policy.failureRate.window`. */
  readonly path: string
  /** What would be right, in words. */
  readonly expected: string
  /** What was found, in words. */
  readonly received: string
}

/** More would fill a log: if a whole file is taken for a policy, every key is a mistake. `mistakes` has all of them. */
const MOST_LISTED = 20

function listMistakes(what: string, mistakes: readonly Mistake[]): string {
  const lines = mistakes
    .slice(0, MOST_LISTED)
    .map(({ path, expected, received }) => `  ${printable(path)}: expected ${expected}, received ${received}`)
  if (mistakes.length > MOST_LISTED) lines.push(`  and ${mistakes.length - MOST_LISTED} more`)
  return `${printable(what)}:\n${lines.join('\n')}`
}

/** A policy or an option is wrong (`INVALID_POLICY`); `mistakes` lists all of them. */
export class PolicyError extends BrandedError {
  readonly code = 'INVALID_POLICY'
  /** All mistakes, in the order of the options. */
  readonly mistakes: readonly Mistake[]
  constructor(what: string, mistakes: readonly Mistake[]) {
    super(listMistakes(what, mistakes))
    this.mistakes = mistakes
  }
}

/** A snapshot cannot be restored (`INVALID_SNAPSHOT`): broken JSON, another version, or wrong fields. */
export class SnapshotError extends BrandedError {
  readonly code = 'INVALID_SNAPSHOT'
  constructor(message: string, mistakes: readonly Mistake[] = []) {
    super(mistakes.length > 0 ? listMistakes(message, mistakes) : printable(message))
  }
}

/** The method does not take this argument (`INVALID_ARGUMENT`). */
export class ArgumentError extends BrandedError {
  readonly code = 'INVALID_ARGUMENT'
  constructor(where: string, expected: string, received: unknown) {
    super(`${printable(where)}: expected ${expected}, received ${describeValue(received)}`)
  }
}

/** The clock lacks one of its three functions, or `now()` returns no valid time (`INVALID_CLOCK`). */
export class ClockError extends BrandedError {
  readonly code = 'INVALID_CLOCK'
}

/** The registry was closed (`REGISTRY_CLOSED`). */
export class RegistryClosedError extends BrandedError {
  readonly code = 'REGISTRY_CLOSED'
  constructor() {
    super('the registry is closed: make another with createRegistry()')
  }
}

/** `maxBreakers` is reached, and no breaker can be evicted because each of them holds a decision (`REGISTRY_FULL`). */
export class RegistryFullError extends BrandedError {
  readonly code = 'REGISTRY_FULL'
  constructor(maxBreakers: number) {
    super(
      `the registry holds maxBreakers = ${maxBreakers} breakers and none can make room: each is open, probing or held`,
    )
  }
}

/** The call took longer than its `timeout` (`CALL_TIMEOUT`); its signal was aborted with this error. */
export class CallTimeoutError extends BrandedError {
  readonly code = 'CALL_TIMEOUT'
  /** The name of the breaker. */
  readonly endpoint: string
  /** The timeout of this call in ms; for a probe that its `probeTimeout` aborts, that time. */
  readonly timeoutMs: number
  constructor(endpoint: string, timeoutMs: number, of: 'timeout' | 'probeTimeout' = 'timeout') {
    super(`the call to ${quote(endpoint)} took longer than its ${of} of ${timeoutMs} ms`)
    this.endpoint = endpoint
    this.timeoutMs = timeoutMs
  }
}

/**
 * The call was not made: its breaker would admit it, but `maxConcurrent` calls are in flight and `maxQueued` wait
 * (`CONCURRENCY_LIMIT`). That says nothing about the endpoint, so it is not a failure.
 */
export class ConcurrencyLimitError extends BrandedError {
  readonly code = 'CONCURRENCY_LIMIT'
  /** The name of the breaker. */
  readonly endpoint: string
  /** How many calls may be in flight at a time. */
  readonly maxConcurrent: number
  /** How many may wait for one of them to end. */
  readonly maxQueued: number
  constructor(endpoint: string, maxConcurrent: number, maxQueued: number) {
    const queue = maxQueued === 0 ? '' : `, and maxQueued = ${maxQueued} wait`
    super(`the call to ${quote(endpoint)} was not made: maxConcurrent = ${maxConcurrent} calls are in flight${queue}`)
    this.endpoint = endpoint
    this.maxConcurrent = maxConcurrent
    this.maxQueued = maxQueued
  }
}

// The keys survive a minifier, the names of the classes don't.
const CLASSES = {
  PolicyError,
  SnapshotError,
  ArgumentError,
  ClockError,
  RegistryClosedError,
  RegistryFullError,
  CallTimeoutError,
  ConcurrencyLimitError,
}
for (const [name, type] of Object.entries(CLASSES)) nameErrors(type, name)

/** Any error of switchgear. Once you compare its `code`, TypeScript knows which one it is and what else it has. */
export type BreakerError =
  | BreakerOpenError
  | CallTimeoutError
  | ConcurrencyLimitError
  | ArgumentError
  | ClockError
  | PolicyError
  | SnapshotError
  | RegistryClosedError
  | RegistryFullError

/** What `code` can be. Codes stay the same between versions; messages don't. */
export type ErrorCode = BreakerError['code']

/**
 * Whether an error is switchgear's, also one of another copy of the package; with `code`, whether it is that one.
 *
 * ```ts
 * if (isBreakerError(error) && error.code === 'CALL_TIMEOUT') console.log(error.timeoutMs)
 * if (isBreakerError(error, 'BREAKER_OPEN')) console.log(error.retryAfterMs)
 * ```
 */
export function isBreakerError<C extends ErrorCode>(
  error: unknown,
  code: C,
): error is Extract<BreakerError, { code: C }>
export function isBreakerError(error: unknown): error is BreakerError
export function isBreakerError(error: unknown, code?: ErrorCode): boolean {
  if (typeof error !== 'object' || error === null) return false
  try {
    return BRAND in error && (code === undefined || ('code' in error && error.code === code))
  } catch {
    // A proxy or a getter that throws is none of ours, and the caller is handling an error already.
    return false
  }
}
