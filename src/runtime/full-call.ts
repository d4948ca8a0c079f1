// A call with everything it can ask for: half-open permits, a limit, classifiers, a timeout, a signal, a fallback.
import { type CallOptions, checkCall, type FallbackContext, isAbortOf, isTimeout } from '../edge/call-options.ts'
import { addCause } from '../edge/caused-by.ts'
import { runBounded } from './bounded-call.ts'
import { type CallContext, sharedContext } from './call-context.ts'
import { acquire, turnOf } from './limit.ts'
import { Permit } from './permit.ts'
import { rejectLater, rejectWith } from './promise.ts'
import { attached, chronicleOf, contextOf, type Row } from './row.ts'

/** A function that a breaker guards. */
export type Guarded<T> = (context: CallContext) => T | PromiseLike<T>

type Outcome = FallbackContext['outcome']

/** Asked for nothing: not made anew for each rejected call. */
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
    // Before a breaker is made of a mistake.
    checkCall(fn, given, null)
    const row = attached(former)
    const options: CallOptions<F, A> = given ?? NO_OPTIONS
    const timeoutMs = checkCall(fn, given, row.policy.timeoutMs)
    const { signal, fallback } = options
    if (signal?.aborted) return rejectWith(signal.reason)
    const permit = acquire(row)
    if (permit instanceof Permit) return run(row, permit, fn, timeoutMs, options, args)
    if (permit === null) return callInTurn(row, fn, timeoutMs, options, args)
    return fallback === undefined ? rejectLater(permit) : answer(row, fallback, permit, 'rejected', args)
  } catch (error) {
    return rejectWith(error)
  }
}

async function run<T, F, A extends readonly unknown[]>(
  row: Row,
  permit: Permit,
  fn: Guarded<T>,
  timeoutMs: number | null,
  { signal, fallback }: CallOptions<F, A>,
  args: A,
): Promise<T | F> {
  const { generation } = permit
  let value: T
  try {
    value = await (timeoutMs === null && signal === undefined
      ? fn(generation === row.generation ? contextOf(row) : sharedContext(row.name, generation))
      : runBounded(row, generation, fn, timeoutMs, signal))
  } catch (error) {
    const result = isAbortOf(signal, error) ? permit.settle('ignore') : permit.settleBy({ error })
    if (fallback === undefined || result !== 'fail') throw error
    return answer(row, fallback, error, isTimeout(error) ? 'timeout' : 'failure', args)
  }
  permit.settleBy({ value })
  return value
}

/** There is no place for it yet: it waits for one, if it may. */
async function callInTurn<T, F, A extends readonly unknown[]>(
  row: Row,
  fn: Guarded<T>,
  timeoutMs: number | null,
  options: CallOptions<F, A>,
  args: A,
): Promise<T | F> {
  const { signal, timeout, fallback } = options
  let permit: Permit | null
  try {
    permit = await turnOf(row, signal)
  } catch (error) {
    if (fallback === undefined || isAbortOf(signal, error)) throw error
    return answer(row, fallback, error, isTimeout(error) ? 'timeout' : 'rejected', args)
  }
  if (permit === null) return callFully(row, fn, options, args)
  // The policy may be another by now.
  return run(row, permit, fn, timeout === undefined ? row.policy.timeoutMs : timeoutMs, options, args)
}

async function answer<F, A extends readonly unknown[]>(
  row: Row,
  fallback: (error: unknown, context: FallbackContext<A>) => F | PromiseLike<F>,
  error: unknown,
  outcome: Outcome,
  args: A,
): Promise<F> {
  const { home, name: endpoint, generation } = row
  chronicleOf(row).fallbacks++
  home.hub.post('fallback', { endpoint, generation, error })
  try {
    return await fallback(error, { outcome, endpoint, args })
  } catch (failure) {
    addCause(failure, error)
    throw failure
  }
}
