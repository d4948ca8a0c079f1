// A call with everything it can ask for: half-open permits, classifiers, a timeout, a signal, a fallback.
import { type CallOptions, checkCall, isAbortOf } from '../edge/call-options.ts'
import { admit } from './admission.ts'
import { runBounded } from './bounded-call.ts'
import type { CallContext } from './call-context.ts'
import { Permit } from './permit.ts'
import { rejectLater, rejectWith } from './promise.ts'
import { chronicleOf, contextOf, type Row } from './row.ts'

/** A function that a breaker guards. */
export type Guarded<T> = (context: CallContext) => T | PromiseLike<T>

/** Asked for nothing: not made anew for each rejected call. */
const NO_OPTIONS: CallOptions<never> = Object.freeze({})

export function callFully<T, F>(former: Row, fn: Guarded<T>, given: CallOptions<F> | undefined): Promise<T | F> {
  try {
    // Before a breaker is made of a mistake.
    checkCall(fn, given, null)
    const row = attached(former)
    const options = given ?? NO_OPTIONS
    const timeoutMs = checkCall(fn, given, row.policy.timeoutMs)
    const { signal, fallback } = options
    if (signal?.aborted) return rejectWith(signal.reason)
    const probe = admit(row)
    if (typeof probe === 'number') return run(row, probe, fn, timeoutMs, options)
    return fallback === undefined ? rejectLater(probe) : answer(row, fallback, probe)
  } catch (error) {
    return rejectWith(error)
  }
}

async function run<T, F>(
  row: Row,
  probe: number,
  fn: Guarded<T>,
  timeoutMs: number | null,
  { signal, fallback }: CallOptions<F>,
): Promise<T | F> {
  const permit = new Permit(row, probe)
  let value: T
  try {
    value = await (timeoutMs === null && signal === undefined
      ? fn(contextOf(row))
      : runBounded(row, fn, timeoutMs, signal))
  } catch (error) {
    const result = isAbortOf(signal, error) ? permit.settle('ignore') : permit.settleBy({ error })
    if (fallback !== undefined && result === 'fail') return answer(row, fallback, error)
    throw error
  }
  permit.settleBy({ value })
  return value
}

async function answer<F>(row: Row, fallback: (error: unknown) => F | PromiseLike<F>, error: unknown): Promise<F> {
  const { home, name: endpoint, generation } = row
  chronicleOf(row).fallbacks++
  home.hub.post('fallback', { endpoint, generation, error })
  return fallback(error)
}

/** The row of this name now: a deleted breaker that is used again is made anew. */
export function attached(row: Row): Row {
  return row.attached ? row : row.home.rowOf(row.name, row)
}
