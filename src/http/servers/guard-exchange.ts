// GuardExchange: one request of a Node server under the permit of a breaker, which is held until the response is over.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import type { Breaker, Permit } from '../../index.ts'
import { FailedResponseError, limitTime, report } from './report.ts'
import { refusalBy, refusalOf } from './route-unavailable-error.ts'

/** A request in progress, and what the framework does with it. */
export interface Exchange {
  readonly request: IncomingMessage | Http2ServerRequest
  readonly response: ServerResponse | Http2ServerResponse
  /** Goes on with the request. */
  admit(): void
  /** Passes an error to the framework: the request does not go on. */
  refuse(error: unknown): void
  /** What the route threw, once its response is over; `undefined` if it threw nothing or that is not known. */
  thrown(): unknown
}

/** What a guard has decided about a request: not every framework passes that to the guards before it. */
const refusals = new WeakMap<Exchange['response'], unknown>()

/** Lets the request go on if the breaker admits it. A client that disconnects before the response is ignored. */
export function guardExchange(breaker: Breaker, exchange: Exchange): void {
  let permit: Permit | undefined
  try {
    permit = breaker.tryAcquire()
  } catch (error) {
    refuse(exchange, refusalOf(error))
    return
  }
  if (permit === undefined) refuse(exchange, refusalBy(breaker))
  else {
    watch(breaker, permit, exchange)
    permit.run(() => exchange.admit())
  }
}

function refuse(exchange: Exchange, error: unknown): void {
  refusals.set(exchange.response, error)
  exchange.refuse(error)
}

function watch(breaker: Breaker, permit: Permit, { request, response, thrown }: Exchange): void {
  const { socket } = request
  const endOfTime = limitTime(breaker, permit)
  response.once('finish', () => {
    // HTTP/2 emits this in any case, when the stream has closed.
    if (response.writableEnded) report(permit, response.statusCode, thrown() ?? refusals.get(response))
  })
  // After a report, none of this has an effect.
  response.once('close', () => {
    endOfTime()
    // The client has ended the connection, or reset it; otherwise the route broke off its own response.
    const isLeft = request.httpVersionMajor > 1 || socket.readableEnded || isReset(socket.errored)
    if (isLeft) permit.ignore()
    else
      permit.failure(
        thrown() ?? socket.errored ?? new FailedResponseError(response.statusCode, 'the route broke off its answer'),
      )
  })
}

function isReset(error: unknown): boolean {
  const { code } = Object(error) as { readonly code?: unknown }
  return code === 'ECONNRESET' || code === 'EPIPE'
}
