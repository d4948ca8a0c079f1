// GuardOptions: the options that createFetch and the undici interceptor share, checked once.

import { checkClassifier, checkCount, checkDuration } from '../../core/options/index.ts'
import { ArgumentError, type Classifier, type Duration, type OutcomeRules } from '../../index.ts'

/** The request that `key` gets. */
export interface OutgoingRequest {
  /** Its address. */
  readonly url: URL
  /** Its method, for example `GET`. */
  readonly method: string
  /** Its headers, as far as they are set by name. */
  readonly headers: Headers
}

/** A classifier as in policies, for outcomes whose value is a response. */
export type AnswerClassifier<R> =
  | Classifier
  | {
      /** Judges every response, with its duration in ms. */
      readonly value?: ((response: R, durationMs: number) => boolean | undefined) | undefined
      /** Judges every request without a response, with its error and its duration in ms. */
      readonly error?: OutcomeRules['error']
    }

/** The options that createFetch and the undici interceptor share. `R` is the type of a response. All are optional. */
export interface GuardOptions<R> {
  /**
   * The name of the breaker for a request. Default: its origin, for example `https://api.example.com`. If `key` throws, or
   * returns anything but a string, the caller gets an ArgumentError, and nothing is counted.
   */
  readonly key?: ((request: OutgoingRequest) => string) | undefined
  /**
   * What counts as a failure, in the forms of a policy's `isFailure`: `{ value: (response) => … }`, `{ error: (error) => …
   * }` for requests without a response, or both; or a function of the whole outcome, `{ value, durationMs }` or `{ error,
   * durationMs }`. `undefined` leaves it to the default: a status of 500 or more fails, and an error counts as the policy
   * says. A response that is no failure opens nothing, whatever its `Retry-After`. If it throws, the outcome is a failure,
   * and the registry emits an `error` event.
   */
  readonly isFailure?: AnswerClassifier<R> | undefined
  /**
   * How long the response may take, until its headers are there (with `watchBody`: its body). After that you get a
   * CallTimeoutError. Milliseconds or a string such as `'2s'`; `null` for none. Default: the policy's `timeout`.
   */
  readonly timeout?: Duration | null | undefined
  /**
   * The longest time for which a `Retry-After` (of a 429 or a 503) opens the breaker; a longer one is cut. Default `'5m'`;
   * `false` ignores the header.
   */
  readonly retryAfter?: Duration | false | undefined
  /**
   * Whether a body that breaks off counts as a failure. A request then ends with its body, which you should read or cancel.
   * Default `false`: it ends with the headers.
   */
  readonly watchBody?: boolean | undefined
  /**
   * How many breakers it makes, at least 1. Then each new one replaces the breaker that was unused for longest, if it is
   * closed, or else a half-open one that waits for a request. If all of them hold a decision, the request goes without a
   * breaker, and you get an `error` event of the source `unguarded`, once for each name. Default 1,000.
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
  /** `null`: the header is ignored. */
  readonly longestRetryAfterMs: number | null
  readonly watchBody: boolean
  readonly maxBreakers: number
}

/**
 * Other keys are checked by the callers, which know all of them.
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
