// BreakerExceptionFilter: rejections of breakers as HTTP responses. It uses what the responses of Express and of Fastify
// have in common, so it needs neither, nor Nest's own adapter.
import { STATUS_CODES } from 'node:http'
import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common'
import { throwError } from 'rxjs'
import { isBreakerError } from '../../index.ts'
import { waitOf } from '../servers/index.ts'

/** By code, as the other servers here. Mistakes of the program stay Nest's 500. */
const STATUSES: ReadonlyMap<string, number> = new Map([
  ['BREAKER_OPEN', 503],
  ['CONCURRENCY_LIMIT', 503],
  ['RESOURCE_UNAVAILABLE', 503],
  ['REGISTRY_FULL', 503],
  ['REGISTRY_CLOSED', 503],
  ['CALL_TIMEOUT', 504],
])

/** The errors that the filter handles: those with one of these codes. */
export interface UnavailableError extends Error {
  /** For example `BREAKER_OPEN`. */
  readonly code: string
  /** When to try again, in ms; `undefined` if it is not known. */
  readonly retryAfterMs?: number | undefined
}

/** What the responses of Express and the replies of Fastify have in common. */
interface Answer {
  /** Fastify's, of Node. */
  readonly raw?: { readonly headersSent: boolean; end(): void }
  readonly headersSent: boolean
  end(): void
  status(code: number): this
  header(name: string, value: string): this
  send(body: object): this
}

/**
 * Responses for breaker errors, on Express and on Fastify. 503 with `Retry-After` (whole seconds, rounded up; none if it is
 * not known) for a call that was not admitted, also to a resource, and for a registry that is closed or full. 504 for a
 * call that took longer than its timeout. The response does not name the endpoint or the reason, because the client is a
 * stranger. Use it like any filter: `app.useGlobalFilters(new BreakerExceptionFilter())`, as `APP_FILTER`, or by
 * `@UseFilters`. Outside HTTP the error passes unchanged.
 */
export class BreakerExceptionFilter implements ExceptionFilter<UnavailableError> {
  /** Called by Nest. */
  catch(error: UnavailableError, host: ArgumentsHost): unknown {
    const kind = host.getType<string>()
    // A microservice takes no exception from a filter, only an Observable of one.
    if (kind === 'rpc') return throwError(() => error)
    if (kind !== 'http') throw error
    const answer = host.switchToHttp().getResponse<Answer>()
    const { headersSent } = answer.raw ?? answer
    if (headersSent) (answer.raw ?? answer).end()
    else {
      const statusCode = STATUSES.get(error.code) ?? 500
      const { message, headers } = waitOf(error.retryAfterMs)
      for (const [name, value] of Object.entries(headers)) answer.header(name, value)
      answer.status(statusCode).send({
        statusCode,
        message: statusCode === 503 ? message : 'no answer in time',
        error: STATUS_CODES[statusCode],
      })
    }
    return undefined
  }
}

/** Nest checks with `instanceof`, which fails for the errors of another copy of the package. */
class Refusal {
  static [Symbol.hasInstance](error: unknown): boolean {
    // It is not an error of the core, so it has no brand.
    const isOurs = isBreakerError(error) || (error instanceof Error && error.name === 'ResourceUnavailableError')
    return isOurs && STATUSES.has(String((error as { code?: unknown }).code))
  }
}
Catch(Refusal)(BreakerExceptionFilter)
