// A call with every feature: half-open permits, a limit, classifiers, a timeout, a signal, a fallback.

import type { CallContext } from '../edge/call-context.ts'
import { type CallOptions, checkCall, type FallbackContext, isAbortOf } from '../edge/call-options.ts'
import { addCause } from '../edge/caused-by.ts'
import { quote } from '../edge/errors.ts'
import { rejectionBy } from '../edge/refusal.ts'
import { isTimeout } from '../edge/timeout-error.ts'
import { admit, admitInTurn } from './admission.ts'
import { runBounded } from './bounded-call.ts'
import { isNeutral } from './classify.ts'
import { OwnContext, sharedContext } from './contexts.ts'
import { tellFallback } from './outcome-events.ts'
import { Permit } from './permit.ts'
import { ProbeLease } from './probe-lease.ts'
import { rejectLater, rejectWith } from './promise.ts'
import { mayWait } from './queue.ts'
import { refuse } from './rejection.ts'
import { attached, contextOf, extrasOf, type Row } from './row.ts'

/** A function that a breaker guards. */
export type Guarded<T> = (context: CallContext) => T | PromiseLike<T>

type Outcome = FallbackContext['outcome']

/** No options: one object for all rejected calls. */
const NO_OPTIONS: CallOptions<never> = Object.freeze({})
const NO_ARGS: readonly never[] = Object.freeze([])

/** `args` are those of a wrapped function, for its fallback. */
export function callFully<T, F, A extends readonly unknown[]>(
  former: Row,
  fn: Guarded<T>,
  given: CallOptions<F, A> | undefined,
  args: A = NO_ARGS as readonly unknown[] as A,
): Promise<T | F> {
  try {
    // Before a breaker is made by mistake.
    checkCall(fn, given, null)
    const row = attached(former)
    const options: CallOptions<F, A> = given ?? NO_OPTIONS
    const timeoutMs = checkCall(fn, given, row.policy.timeoutMs)
    const { signal, fallback, context } = options
    if (signal?.aborted) return rejectWith(signal.reason)
    const asked = admit(row, context)
    if (asked instanceof Permit) return run(asked, fn, timeoutMs, options, args)
    if (asked.by === 'bulkhead' && mayWait(row)) return callInTurn(row, fn, timeoutMs, options, args)
    const error = refuse(row, asked.by, asked.at)
    return fallback === undefined ? rejectLater(error) : answer(row, fallback, error, 'rejected', args)
  } catch (error) {
    return rejectWith(error)
  }
}

/** No slot is free yet: the call waits for one. */
async function callInTurn<T, F, A extends readonly unknown[]>(
  former: Row,
  fn: Guarded<T>,
  timeoutMs: number | null,
  options: CallOptions<F, A>,
  args: A,
): Promise<T | F> {
  const { signal, timeout, fallback, context } = options
  let permit: Permit
  try {
    permit = await admitInTurn(former, signal, context)
  } catch (error) {
    const isAsked = rejectionBy(former.name, error) !== undefined || (isTimeout(error) && !isAbortOf(signal, error))
    if (fallback === undefined || !isAsked) throw error
    return answer(former, fallback, error, isTimeout(error) ? 'timeout' : 'rejected', args)
  }
  // The policy may have changed by now.
  return run(permit, fn, timeout === undefined ? permit.row.policy.timeoutMs : timeoutMs, options, args)
}

async function run<T, F, A extends readonly unknown[]>(
  permit: Permit,
  fn: Guarded<T>,
  timeoutMs: number | null,
  { signal, fallback }: CallOptions<F, A>,
  args: A,
): Promise<T | F> {
  const { row } = permit
  const lease = permit.holdsProbe ? new ProbeLease(row) : null
  let value: T
  try {
    const isBounded = timeoutMs !== null || signal !== undefined
    value = await (isBounded
      ? runBounded(permit, fn, timeoutMs, signal, lease?.controller ?? new AbortController())
      : permit.run(() => fn(contextFor(permit, lease?.controller.signal))))
  } catch (error) {
    if (isForWantOf(permit, error)) tellOfNesting(row, error)
    const result = isAbortOf(signal, error) ? permit.settle('ignore') : permit.settleBy({ error })
    if (fallback === undefined || !(result === 'fail' || isNeutral(row, error))) throw error
    return answer(row, fallback, error, isTimeout(error) ? 'timeout' : 'failure', args)
  } finally {
    lease?.end()
  }
  permit.settleBy({ value })
  return value
}

function contextFor(permit: Permit, signal: AbortSignal | undefined): CallContext {
  const { row, generation } = permit
  if (!permit.isLikeAnyOther) return new OwnContext(row.name, generation, permit.enclosing, signal ?? null)
  return generation === row.generation ? contextOf(row) : sharedContext(row.name, generation)
}

/**
 * Whether a call inside was refused what this one holds. Not if the breaker has changed since, nor by a breaker of the same
 * name.
 */
function isForWantOf(permit: Permit, error: unknown): boolean {
  const { row } = permit
  if (!permit.isHeld || !permit.isInForce || permit.generation !== row.generation) return false
  const rejection = rejectionBy(row.name, error)
  if (rejection === undefined) return false
  if (rejection.code === 'CONCURRENCY_LIMIT') return permit.hasSlot
  const { override } = row.extras
  return rejection.reason === row.current.reason || rejection.reason === override?.given.reason
}

/** Once for each breaker: the call inside did not know of the one around it, and was refused what that one holds. */
function tellOfNesting(row: Row, cause: unknown): void {
  const extras = extrasOf(row)
  if (extras.isToldOfNesting) return
  extras.isToldOfNesting = true
  const what = `a call of ${quote(row.name)} inside a call of it was refused, for that holds its permit, and knew nothing of it`
  const error = new Error(`${what}: give it the context of the call around it, as in call(fn, { context })`, { cause })
  row.core.dispatcher.report('nesting', error, row.name)
}

async function answer<F, A extends readonly unknown[]>(
  row: Row,
  fallback: (error: unknown, context: FallbackContext<A>) => F | PromiseLike<F>,
  error: unknown,
  outcome: Outcome,
  args: A,
): Promise<F> {
  tellFallback(row, error)
  try {
    return await fallback(error, { outcome, endpoint: row.name, args })
  } catch (failure) {
    addCause(failure, error)
    throw failure
  }
}
