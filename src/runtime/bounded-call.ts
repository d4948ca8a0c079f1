// A call that its timeout or its caller's signal can end. Each call has an AbortController of its own:
// one timeout must not abort the calls beside it.
import { CallTimeoutError } from '../edge/errors.ts'
import type { CallContext, Row } from './row.ts'

/** Runs `fn`; rejects as soon as the time is up or `signal` is aborted, and aborts the signal that `fn` was given. */
export async function runBounded<T>(
  row: Row,
  fn: (context: CallContext) => T | PromiseLike<T>,
  timeoutMs: number | null,
  signal: AbortSignal | undefined,
): Promise<T> {
  const { clock } = row.home
  const controller = new AbortController()
  let timer: unknown
  let onAbort: (() => void) | undefined
  const ended = new Promise<never>((_, reject) => {
    const end = (reason: unknown) => {
      reject(reason)
      controller.abort(reason)
    }
    if (timeoutMs !== null) {
      timer = clock.setTimeout(() => end(new CallTimeoutError(row.name, timeoutMs)), timeoutMs, true)
    }
    if (signal !== undefined) {
      onAbort = () => end(signal.reason)
      signal.addEventListener('abort', onAbort, { once: true })
    }
  })
  // A function that aborts its own caller and then throws leaves this one to nobody.
  ended.catch(() => {})
  const { name: endpoint, generation } = row
  try {
    return await Promise.race([fn({ signal: controller.signal, endpoint, generation }), ended])
  } finally {
    if (timer !== undefined) clock.clearTimeout(timer)
    if (onAbort !== undefined) signal?.removeEventListener('abort', onAbort)
  }
}
