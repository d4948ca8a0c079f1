// GuardExchange: one request of a Node server through a breaker. The call lasts until the response is over, and is judged by it.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import type { Breaker } from '../index.ts'
import { FailedResponseError, judge, type RouteOutcome } from './route-outcome.ts'
import { refusalOf } from './route-unavailable-error.ts'

/** A request on its way, and what the framework does with it. */
export interface Exchange {
  readonly request: IncomingMessage | Http2ServerRequest
  readonly response: ServerResponse | Http2ServerResponse
  /** Goes on with the request. */
  admit(): void
  /** Tells the framework of a request that does not go on. */
  refuse(error: unknown): void
  /** What the route threw, once its response is over; `undefined` where it threw nothing or nobody knows. */
  thrown(): unknown
}

/** Lets the request go on if the breaker admits it. A client that goes away before it has its answer is ignored. */
export function guardExchange(breaker: Breaker, exchange: Exchange): void {
  const left = new AbortController()
  let isOnItsWay = false
  const call = breaker.call(
    () => {
      const outcome = outcomeOf(exchange, left)
      try {
        exchange.admit()
        isOnItsWay = true
      } catch (error) {
        // Nobody waits for the outcome any more.
        outcome.catch(() => {})
        throw error
      }
      return outcome
    },
    { signal: left.signal },
  )
  call.catch((error) => {
    // What comes later is the outcome of the route, which has answered for itself.
    if (!isOnItsWay) exchange.refuse(refusalOf(error))
  })
}

function outcomeOf({ request, response, thrown }: Exchange, left: AbortController): Promise<RouteOutcome> {
  const { socket } = request
  return new Promise((succeed, fail) => {
    let isOver = false
    response.once('finish', () => {
      // HTTP/2 tells of this in any case, when the stream has closed.
      if (!response.writableEnded) return
      isOver = true
      try {
        succeed(judge(response.statusCode, thrown()))
      } catch (error) {
        fail(error)
      }
    })
    response.once('close', () => {
      if (isOver) return
      // The client has ended the connection, or reset it; else the route broke off its own answer.
      const isLeft = request.httpVersionMajor > 1 || socket.readableEnded || isReset(socket.errored)
      if (isLeft) left.abort()
      else
        fail(
          thrown() ?? socket.errored ?? new FailedResponseError(response.statusCode, 'the route broke off its answer'),
        )
    })
  })
}

function isReset(error: unknown): boolean {
  const { code } = Object(error) as { readonly code?: unknown }
  return code === 'ECONNRESET' || code === 'EPIPE'
}
