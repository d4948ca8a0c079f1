// Ending: the ways in which a request ends before its response.
import type { Exchange } from '../requests/index.ts'
import { type Caller, type Init, type Input, isRequest } from './input.ts'

/** Sends with a signal that is aborted when the time is up. The caller does not wait longer for a `fetch` that ignores it. */
export function within(
  exchange: Exchange<Response>,
  timeoutMs: number,
  caller: Caller,
  send: (signal: AbortSignal) => Promise<Response>,
): Promise<Response> {
  const controller = new AbortController()
  const { signal } = controller
  return new Promise((resolve, reject) => {
    exchange.limit(timeoutMs, (error) => {
      reject(error)
      controller.abort(error)
    })
    // A `fetch` of the user may return its response at once.
    Promise.resolve(send(caller ? AbortSignal.any([caller, signal]) : signal)).then(resolve, reject)
  })
}

/** What an error means: the server failed, or the caller cancelled the request. */
export function tell(exchange: Exchange<Response>, error: unknown, caller: Caller): void {
  if (caller?.aborted && (error === caller.reason || isAbort(error))) exchange.calledOff(caller.reason)
  else exchange.failed(error)
}

function isAbort(error: unknown): boolean {
  return (error as { readonly name?: unknown } | null | undefined)?.name === 'AbortError'
}

/**
 * Whether fetch refused to make a request: the caller's mistake, and no server was called. If the network failed, Node
 * names the cause; browsers do not, so the parts are tried. (If one fails in the middle of a stream, that looks the same.)
 */
export function isMistake(error: unknown, input: Input, init: Init): boolean {
  if (!(error instanceof TypeError) || error.cause !== undefined) return false
  try {
    // Not the Request itself, whose body was sent.
    const { url, method } = isRequest(input) ? input : { url: input, method: undefined }
    new Request(url, method === undefined ? init : { method, ...init })
    return false
  } catch {
    return true
  }
}
