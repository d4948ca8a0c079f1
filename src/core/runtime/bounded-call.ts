// A call that its timeout or its caller's signal can end. Each call has an AbortController of its own: one timeout must not
// abort the calls beside it.
import type { CallContext } from '../edge/call-context.ts'
import { CallTimeoutError } from '../edge/errors.ts'
import { OwnContext } from './contexts.ts'
import type { Permit } from './permit.ts'
import { onAbort } from './signals.ts'

/** Runs `fn` under `permit`; rejects as soon as the time is up or `signal` is aborted, and aborts the signal that `fn` is given. */
export async function runBounded<T>(
  permit: Permit,
  fn: (context: CallContext) => T | PromiseLike<T>,
  timeoutMs: number | null,
  signal: AbortSignal | undefined,
  controller: AbortController,
): Promise<T> {
  // By a listener of the admission: too late for an event of the signal.
  if (signal?.aborted) throw signal.reason
  const { row } = permit
  const { name: endpoint } = row
  const { clock, deadlines, dispatcher, turns } = row.core
  let end: (reason: unknown) => void = () => {}
  const ended = new Promise<never>((_, reject) => {
    end = (reason) => {
      reject(reason)
      controller.abort(reason)
    }
  })
  // A function that aborts its own caller and then throws leaves this one to nobody.
  ended.catch(() => {})
  const timeout = () => end(new CallTimeoutError(endpoint, timeoutMs ?? 0))
  const forget = signal && onAbort(signal, () => end(signal.reason))
  const now = timeoutMs === null ? 0 : clock.now()
  const deadline = timeoutMs === null ? null : deadlines.add(now + timeoutMs, timeout)
  if (deadline !== null) turns.touch(now)
  try {
    const context = new OwnContext(endpoint, permit.generation, permit.enclosing, controller.signal)
    // Awaited first: what `fn` gives may have a `then` of its own, which a race would call.
    const outcome = permit.run(async () => await fn(context))
    return await Promise.race([outcome, ended])
  } finally {
    if (deadline !== null) {
      deadlines.cancel(deadline)
      deadlines.arm()
    }
    // A signal need not be the platform's; what it does wrong must not replace the outcome of the call.
    if (forget !== undefined) dispatcher.callUserCode('signal', forget, endpoint)
  }
}
