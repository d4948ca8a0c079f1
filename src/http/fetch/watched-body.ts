// WatchedBody: a response whose body reports how it ends. It is read as fast as the caller reads, and not kept.
import type { Exchange } from '../requests/index.ts'
import { tell } from './ending.ts'
import type { Caller } from './input.ts'

/** The same response, as far as the caller can see. */
export function watchBody(response: Response, exchange: Exchange<Response>, caller: Caller): Response {
  if (response.body === null) {
    exchange.bodyEnded()
    return response
  }
  const reader: ReadableStreamDefaultReader<Uint8Array> = response.body.getReader()
  // By itself, not by a read: a caller that never reads the body does not learn how it breaks off.
  reader.closed.then(
    () => exchange.bodyEnded(),
    (error) => tell(exchange, error, caller),
  )
  const body = new ReadableStream({
    type: 'bytes',
    async pull(controller) {
      try {
        const value = await nextOf(reader)
        if (value !== null) return controller.enqueue(value)
        controller.close()
        // A reader with a buffer of its own learns of the end by this.
        controller.byobRequest?.respond(0)
      } catch (error) {
        controller.error(error)
      }
    },
    cancel(reason) {
      exchange.calledOff(reason)
      return reader.cancel(reason)
    },
  })
  const { status, statusText, headers } = response
  return likeFetched(new Response(body, { status, statusText, headers }), response)
}

/** What is there next, as a stream of bytes takes it; `null` at the end. */
async function nextOf(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<Uint8Array | null> {
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return null
    // It refuses an empty chunk, and takes the whole buffer: a buffer that others use, too, is left alone.
    if (value.byteLength > 0) return value.byteLength === value.buffer.byteLength ? value : value.slice()
  }
}

/** A response that was made by hand has none of these, and neither has its clone. */
function likeFetched(made: Response, { url, redirected, type }: Response): Response {
  return Object.defineProperties(made, {
    url: { value: url, configurable: true },
    redirected: { value: redirected, configurable: true },
    type: { value: type, configurable: true },
    clone: {
      value: () => likeFetched(Response.prototype.clone.call(made), { url, redirected, type } as Response),
      configurable: true,
    },
  })
}
