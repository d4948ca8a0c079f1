// HttpCall: one GET with its whole answer; and the same with a timeout, as one writes it without a breaker.
import type { Outcome } from '../../index.ts'

/** The status of the whole answer. fetch does not throw on a 500, and is done before the body is. */
export async function get(url: string, signal: AbortSignal): Promise<number> {
  const response = await fetch(url, { signal })
  await response.arrayBuffer()
  return response.status
}

/** As `get` through a breaker whose policy has this timeout: rejects as soon as the time is up. */
export async function getWithin(url: string, timeoutMs: number | null, signal: AbortSignal): Promise<number> {
  const controller = new AbortController()
  const end = () => controller.abort()
  const timer = timeoutMs === null ? undefined : setTimeout(end, timeoutMs)
  signal.addEventListener('abort', end, { once: true })
  try {
    return await get(url, controller.signal)
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', end)
  }
}

/** A 4xx is the caller's own mistake, and no sign of a bad service. */
export function isFailedStatus(status: unknown): boolean {
  return typeof status === 'number' && status >= 500
}

/** For a policy: what `get` gives or throws. */
export function isFailedCall(outcome: Outcome): boolean {
  return 'error' in outcome || isFailedStatus(outcome.value)
}
