// Ending: what both kinds of handler know about a request that ends without a response.
import type { Dispatcher } from 'undici'

export type Handler = Dispatcher.DispatchHandler
/** All that a handler has in undici 6, and as well before version 8; its types know of it only in part. */
interface RawEnding {
  onError?(error: Error): void
}
type Controller = Dispatcher.DispatchController

/** The controller for a handler that never had another: there is nothing to stop. */
const IDLE: Controller = Object.freeze({
  aborted: false,
  paused: false,
  reason: null,
  abort() {},
  pause() {},
  resume() {},
})

/** The request was not understood, or its dispatcher is closed: that says nothing about the server. */
const MISTAKES: readonly unknown[] = [
  'UND_ERR_INVALID_ARG',
  'UND_ERR_NOT_SUPPORTED',
  'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH',
  'UND_ERR_DESTROYED',
  'UND_ERR_CLOSED',
  'UND_MOCK_ERR_MOCK_NOT_MATCHED',
]

/** Called with an error of the handler. */
interface Reporter {
  report(source: string, error: unknown): void
}

/** Ends a request that has no response. If the handler throws, nothing above it can catch that. */
export function giveUp(reporter: Reporter, handler: Handler, error: unknown, controller: Controller = IDLE): void {
  try {
    if (handler.onResponseError !== undefined) handler.onResponseError(controller, error as Error)
    else (handler as RawEnding).onError?.(error as Error)
  } catch (thrown) {
    reporter.report('handler', thrown)
  }
}

export function isMistake(error: unknown): boolean {
  return MISTAKES.includes((error as { readonly code?: unknown } | null | undefined)?.code)
}
