// WaitToRetry: question, budget and wait in one, for libraries that ask a function whether to retry and await its answer.

import { checkDuration, checkOptions, hasFunctions } from '../core/options/index.ts'
import { ArgumentError, type Duration } from '../index.ts'
import type { RetryMeter } from './bucket.ts'
import { retryAfter, shouldRetry } from './should-retry.ts'

/** The options of `waitToRetry`. All are optional. */
export interface WaitToRetryOptions {
  /** Ends the wait when aborted: it rejects with the signal's reason. Default: none. */
  readonly signal?: AbortSignal | undefined
  /**
   * The longest wait you accept, in ms or for example `'5s'`: `false` at once if the breaker asks for more. Default: none;
   * as long as the breaker says. Set it if a user waits for the answer.
   */
  readonly maxWait?: Duration | undefined
  /** The meter of this call, from `budget.call`: the retry is paid for first. Default: none. */
  readonly budget?: RetryMeter | undefined
}

const NAMES = ['signal', 'maxWait', 'budget'] satisfies (keyof WaitToRetryOptions)[]

/**
 * Waits as long as the breaker says, and then returns `true`; `false` at once if there should be no retry:
 * `shouldRetry(error)` says no, the wait would be longer than `maxWait`, or the budget is spent. An error that asks for no
 * wait is answered at once: the pause between retries is the library's.
 * @throws ArgumentError (`INVALID_ARGUMENT`) for wrong options; the reason of the signal, if that ends the wait
 */
export async function waitToRetry(error: unknown, options: WaitToRetryOptions = {}): Promise<boolean> {
  checkOptions('options', options, NAMES)
  const { signal, maxWait, budget } = options
  if (signal !== undefined && !hasFunctions(signal, 'addEventListener', 'removeEventListener', 'throwIfAborted')) {
    throw new ArgumentError('options.signal', 'an AbortSignal', signal)
  }
  if (budget !== undefined && !hasFunctions(budget, 'mayRetry')) {
    throw new ArgumentError('options.budget', 'a meter, as budget.call(meter => …) hands it out', budget)
  }
  const longestMs = maxWait === undefined ? Number.POSITIVE_INFINITY : checkDuration('options.maxWait', maxWait, '5s')
  signal?.throwIfAborted()
  const waitMs = retryAfter(error)
  if (!shouldRetry(error) || waitMs > longestMs) return false
  if (budget !== undefined && !budget.mayRetry(error)) return false
  if (waitMs > 0) await wait(waitMs, signal)
  return true
}

function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  const until = performance.now() + ms
  return new Promise((done, end) => {
    let timer = setTimeout(check, ms)
    // Timers count from the beginning of a turn of the event loop, and fire early by the time that had passed in it: a
    // retry at that moment would be rejected again.
    function check(): void {
      const restMs = until - performance.now()
      if (restMs > 0) timer = setTimeout(check, Math.ceil(restMs))
      else {
        signal?.removeEventListener('abort', leave)
        done()
      }
    }
    function leave(): void {
      clearTimeout(timer)
      end(signal?.reason)
    }
    signal?.addEventListener('abort', leave, { once: true })
  })
}
