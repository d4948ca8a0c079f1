// BreakerExceptionFilter: rejections of breakers as answers of HTTP. It uses what the answers of Express and of Fastify have in
// common, so it needs neither, nor Nest's own adapter.
import { STATUS_CODES } from 'node:http'
import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common'
import { throwError } from 'rxjs'
import { isBreakerError } from '../../index.ts'
import { waitOf } from '../servers/index.ts'

/** By code, as those of other servers here. What is a mistake of the program stays Nest's 500. */
const STATUSES: ReadonlyMap<string, number> = new Map([
  ['BREAKER_OPEN', 503],
  ['CONCURRENCY_LIMIT', 503],
  ['RESOURCE_UNAVAILABLE', 503],
  ['REGISTRY_FULL', 503],
  ['REGISTRY_CLOSED', 503],
  ['CALL_TIMEOUT', 504],
])

/** What the filter is asked about: an error with one of these codes. */
export interface UnavailableError extends Error {
  /** As `BREAKER_OPEN`. */
  readonly code: string
  /** When to try again, in ms; `undefined` where nobody knows. */
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
 * Answers for breakers, on Express and on Fastify: 503 with `Retry-After` (whole seconds, rounded up; none where nobody knows) for
 * a call that was not admitted (to a resource, too) or a registry that is closed or full, 504 for one that took longer than its timeout. The answer
 * does not name the endpoint or the reason: the client is a stranger. Use it as every filter: `app.useGlobalFilters(new
 * BreakerExceptionFilter())`, as `APP_FILTER`, or by `@UseFilters`. Elsewhere than in HTTP the error goes on as it is.
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

/** Nest asks by `instanceof`, which fails for the errors of another copy of the package. */
class Refusal {
  static [Symbol.hasInstance](error: unknown): boolean {
    // Not of the core, it has no brand.
    const isOurs = isBreakerError(error) || (error instanceof Error && error.name === 'ResourceUnavailableError')
    return isOurs && STATUSES.has(String((error as { code?: unknown }).code))
  }
}
Catch(Refusal)(BreakerExceptionFilter)
