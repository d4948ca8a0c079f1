// GuardOptions: what createFetch and the undici interceptor take alike, checked once.

import { checkClassifier, checkCount, checkDuration } from '../../core/options/index.ts'
import { ArgumentError, type Classifier, type Duration, type OutcomeRules } from '../../index.ts'

/** What `key` is asked about. */
export interface OutgoingRequest {
  /** Where it goes to. */
  readonly url: URL
  /** As `GET`. */
  readonly method: string
  /** Its headers, those that are set for it by name. */
  readonly headers: Headers
}

/** A classifier as policies have it, of outcomes whose value is an answer. */
export type AnswerClassifier<R> =
  | Classifier
  | {
      /** Asked of every answer, with the ms it took. */
      readonly value?: ((response: R, durationMs: number) => boolean | undefined) | undefined
      /** Asked of every request that had no answer, with its error and the ms it took. */
      readonly error?: OutcomeRules['error']
    }

/** What createFetch and the undici interceptor take alike. `R` is what each calls a response. Everything is optional. */
export interface GuardOptions<R> {
  /**
   * The name of the breaker that a request belongs to. Default: its origin, as `https://api.example.com`. What it throws, and
   * anything but a string, is an ArgumentError for the caller, and nothing is counted.
   */
  readonly key?: ((request: OutgoingRequest) => string) | undefined
  /**
   * What counts as a failure, in the forms of a policy's `isFailure`: `{ value: (response) => … }`, `{ error: (error) => … }` for
   * requests without an answer, or both; or a function of the whole outcome, `{ value, durationMs }` or `{ error, durationMs }`.
   * `undefined` leaves it to the default: a status of 500 or more fails, and an error as the policy says. An answer that is no
   * failure opens nothing, whatever its `Retry-After`. When it throws, the outcome is a failure, and an `error` event of the
   * registry says so.
   */
  readonly isFailure?: AnswerClassifier<R> | undefined
  /**
   * How long the answer may take, until its headers are there (with `watchBody`: its body); after that CallTimeoutError.
   * Milliseconds or a string such as `'2s'`. Default: the policy's `timeout`; `null` for none.
   */
  readonly timeout?: Duration | null | undefined
  /**
   * The longest time that a `Retry-After` (of a 429 or a 503) opens the breaker for; a longer one is cut. Default `'5m'`;
   * `false`: none is heeded.
   */
  readonly retryAfter?: Duration | false | undefined
  /**
   * Whether a body that breaks off counts as a failure. A request then ends with its body, which should be read or cancelled.
   * Default `false`: it ends with the headers.
   */
  readonly watchBody?: boolean | undefined
  /**
   * How many breakers it makes, at least 1. For one more the one that was not used for longest is deleted, if it is closed, else
   * one that is half-open and waits for a request. Where all hold a decision the request goes unguarded, and an `error` event of
   * the source `unguarded` says so, once for each name. Default 1,000.
   */
  readonly maxBreakers?: number | undefined
}

export const GUARD_OPTIONS = [
  'key',
  'isFailure',
  'timeout',
  'retryAfter',
  'watchBody',
  'maxBreakers',
] as const satisfies (keyof GuardOptions<unknown>)[]

/** The options with every default filled in. */
export interface Rules<R> {
  readonly key: ((request: OutgoingRequest) => unknown) | undefined
  readonly isFailure: AnswerClassifier<R> | undefined
  /** `undefined`: the policy's. */
  readonly timeoutMs: number | null | undefined
  /** `null`: none is heeded. */
  readonly longestRetryAfterMs: number | null
  readonly watchBody: boolean
  readonly maxBreakers: number
}

/**
 * Whether the object has other keys is said by who knows them all.
 * @throws ArgumentError (`INVALID_ARGUMENT`)
 */
export function checkGuardOptions<R>(options: GuardOptions<R>): Rules<R> {
  const { key, isFailure, timeout, retryAfter = '5m', watchBody = false, maxBreakers } = options
  checkFunction('options.key', key, 'a function of a request that gives a string')
  if (isFailure !== undefined) checkClassifier('options.isFailure', isFailure)
  if (typeof watchBody !== 'boolean') throw new ArgumentError('options.watchBody', 'true or false', watchBody)
  return {
    key,
    isFailure,
    timeoutMs: timeout === null || timeout === undefined ? timeout : checkDuration('options.timeout', timeout),
    longestRetryAfterMs:
      retryAfter === false ? null : checkDuration('options.retryAfter', retryAfter, '30s', ', or false'),
    watchBody,
    maxBreakers: checkCount('options.maxBreakers', maxBreakers, 1_000),
  }
}

function checkFunction(where: string, value: unknown, expected: string): void {
  if (value !== undefined && typeof value !== 'function') throw new ArgumentError(where, expected, value)
}
