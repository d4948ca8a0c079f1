// Exchange: one admitted request and its outcome. Its sender reports here, and the permit is settled once.
import { isTimeout } from '../../core/edge/timeout-error.ts'
import { type Breaker, CallTimeoutError, judgeOutcome, type Permit } from '../../index.ts'
import { HttpStatusError } from './http-status-error.ts'
import type { Rules } from './options.ts'
import { mayAskForTime, openTimeOf } from './retry-after.ts'
import type { Target } from './targets.ts'

/** The value of a header of a response, by its name in lower case; `null` or `undefined` if there is none. */
export type HeaderOf<R> = (response: R, name: string) => string | null | undefined

export class Exchange<R> {
  readonly #rules: Rules<R>
  readonly #target: Target
  readonly #permit: Permit
  #timer: ReturnType<typeof setTimeout> | undefined
  #isOver = false
  /** In ms of the registry's clock; NaN if nothing needs the duration. */
  readonly #startedAt: number

  constructor(rules: Rules<R>, target: Target, permit: Permit) {
    this.#rules = rules
    this.#target = target
    this.#permit = permit
    target.inFlight++
    this.#startedAt = rules.isFailure === undefined ? Number.NaN : target.registry.now()
  }

  /** How long it may take; `null`: any time. A probe ends with its permit. */
  get timeoutMs(): number | null {
    const own = this.#ownTimeoutMs
    return this.#permit.probe
      ? Math.min(own ?? Number.POSITIVE_INFINITY, this.#target.breaker.policy.probeTimeoutMs)
      : own
  }

  get #ownTimeoutMs(): number | null {
    const { timeoutMs } = this.#rules
    return timeoutMs === undefined ? this.#target.breaker.policy.timeoutMs : timeoutMs
  }

  /**
   * Runs the code that sends it. Whatever that starts is inside the exchange: another request to the same breaker runs
   * under its permit.
   */
  run<T>(send: () => T): T {
    return this.#permit.run(send)
  }

  /** After `timeoutMs` it has failed, and `stop` is called with the error for the caller. */
  limit(timeoutMs: number, stop: (error: CallTimeoutError) => void): void {
    this.#timer = setTimeout(() => {
      const of = timeoutMs === this.#ownTimeoutMs ? 'timeout' : 'probeTimeout'
      const error = new CallTimeoutError(this.#permit.endpoint, timeoutMs, of)
      this.failed(error)
      stop(error)
    }, timeoutMs)
  }

  /** The headers are there. Returns whether the exchange continues until `bodyEnded` or `failed`. */
  answered(response: R, status: number, headerOf: HeaderOf<R>): boolean {
    const judged = this.#judge({ value: response })
    const failed = judged ?? status >= 500
    if (judged !== false && mayAskForTime(status)) this.#leaveAlone(response, status, headerOf)
    if (!failed && this.#rules.watchBody) return true
    if (this.#end() && failed) this.#permit.failure(new HttpStatusError(this.#permit.endpoint, status))
    else this.#permit.success()
    return false
  }

  /** The body is complete. */
  bodyEnded(): void {
    if (this.#end()) this.#permit.success()
  }

  failed(error: unknown): void {
    if (!this.#end()) return
    if (this.#judge({ error }) === false) this.#permit.success()
    else this.#permit.failure(error)
  }

  /** The caller wants no response any more, which says nothing about the server; a deadline of the caller does. */
  calledOff(reason: unknown): void {
    if (isDeadline(reason)) this.failed(reason)
    else if (this.#end()) this.#permit.ignore()
  }

  /** Reports an error of the user's code. */
  report(source: string, error: unknown): void {
    this.#target.registry.report(source, error, this.#permit.endpoint)
  }

  /** Whether this is the first end that is reported. */
  #end(): boolean {
    if (this.#isOver) return false
    this.#isOver = true
    this.#target.inFlight--
    if (this.#timer !== undefined) clearTimeout(this.#timer)
    return true
  }

  /** The classifier is the user's code. */
  #judge(ended: { readonly value: R } | { readonly error: unknown }): boolean | undefined {
    const { isFailure } = this.#rules
    if (isFailure === undefined) return undefined
    try {
      return judgeOutcome('options.isFailure', isFailure, ended, this.#target.registry.now() - this.#startedAt)
    } catch (error) {
      this.report('isFailure', error)
      return true
    }
  }

  /**
   * Before the outcome is reported, because that may open the breaker too, for the time of the policy. The outcome is then
   * late and changes nothing.
   */
  #leaveAlone(response: R, status: number, headerOf: HeaderOf<R>): void {
    const { longestRetryAfterMs } = this.#rules
    if (longestRetryAfterMs === null || this.#isOver) return
    const openTimeout = openTimeOf((name) => headerOf(response, name), longestRetryAfterMs, Date.now())
    if (openTimeout === undefined || !mayOpen(this.#target.breaker, this.#permit)) return
    this.#target.breaker.trip(`HTTP ${status}, Retry-After: ${Math.ceil(openTimeout / 1_000)} s`, { openTimeout })
  }
}

/** A response to a request of an earlier generation opens nothing (R06), and does not undo a decision of an operator. */
function mayOpen(breaker: Breaker, { generation }: Permit): boolean {
  return breaker.generation === generation && (breaker.state === 'closed' || breaker.state === 'halfOpen')
}

/** From `AbortSignal.timeout`, a breaker around this one, or a client such as axios: the server did not answer in time. */
function isDeadline(reason: unknown): boolean {
  try {
    return isTimeout(reason) || (reason as { readonly code?: unknown }).code === 'ETIMEDOUT'
  } catch {
    // There is none, or it cannot be read.
    return false
  }
}
