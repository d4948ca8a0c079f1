// Protection: the path of a call: caches, admission, an attempt, the fallback; and opossum's rule for opening.
import { type Breaker, CallTimeoutError, type Permit } from '../../index.ts'
import { attempt, type Host } from './attempt.ts'
import type { Events } from './events.ts'
import type { AnyError, Loose, ResolvedOptions } from './options.ts'
import { isOurError, type OurError, ourError } from './our-error.ts'
import type { Report } from './report.ts'
import { Semaphore } from './semaphore.ts'
import type { Status } from './status.ts'

/** Answers in place of the action: called with the arguments of the call, and the error. */
export type Fallback<TI extends unknown[]> = Loose<[...args: TI, error: AnyError], unknown>

/** Counts an event and emits it. */
export type Tell<TI extends unknown[], TR> = {
  tell<N extends keyof Events>(event: N, args: Events<TI, TR>[N]): void
}['tell']

export class Protection<TI extends unknown[], TR> implements Host<TI, TR> {
  readonly options: ResolvedOptions<TI>
  readonly semaphore: Semaphore
  readonly tell: Tell<TI, TR>
  readonly report: Report
  readonly #breaker: Breaker
  readonly #status: Status
  #warmUp: NodeJS.Timeout | null = null
  fallback: Fallback<TI> | undefined

  constructor(options: ResolvedOptions<TI>, breaker: Breaker, status: Status, tell: Tell<TI, TR>, report: Report) {
    this.options = options
    this.semaphore = new Semaphore(options.capacity)
    this.#breaker = breaker
    this.#status = status
    this.tell = tell
    this.report = report
  }

  call(run: () => TR | PromiseLike<TR>, args: TI): Promise<TR> {
    const { options } = this
    const key = options.cache || options.coalesce ? options.cacheGetKey(...args) : ''
    const kept = this.#kept(key)
    if (kept !== undefined) return kept
    const permit = this.#breaker.tryAcquire()
    if (permit === undefined) return this.#refuse(args)
    return attempt(this, { run: () => permit.run(run), args, permit, key })
  }

  /** By its breaker or its fleet; or there was no slot for the call under `maxConcurrent` of the registry's policy. */
  #refuse(args: TI): Promise<TR> {
    const isLimited = this.#breaker.admission().refusedBy === 'bulkhead'
    const error = isLimited ? ourError('ESEMLOCKED', 'Semaphore locked') : ourError('EOPENBREAKER', 'Breaker is open')
    if (isLimited) this.tell('semaphoreLocked', [error, 0])
    else this.tell('reject', [error])
    return this.fallBack(error, args) ?? Promise.reject(error)
  }

  /** A call of a disabled breaker: the registry alone counts it. */
  async unprotected(run: () => TR | PromiseLike<TR>): Promise<TR> {
    const permit = this.#breaker.tryAcquire()
    try {
      const result = await (permit === undefined ? run() : permit.run(run))
      permit?.success()
      return result
    } catch (error) {
      permit?.failure(error)
      throw error
    }
  }

  succeeded(permit: Permit, result: TR, latencyMs: number): void {
    // It closes before any listener learns of the success, as in opossum.
    permit.success()
    this.tell('success', [result, latencyMs])
  }

  /** Whether failures open nothing that is closed, yet. */
  get isWarmingUp(): boolean {
    return this.#warmUp !== null
  }

  startWarmUp(): void {
    this.#warmUp = setTimeout(() => this.endWarmUp(), this.options.rollingCountTimeout)
    this.#warmUp.unref()
  }

  endWarmUp(): void {
    if (this.#warmUp !== null) clearTimeout(this.#warmUp)
    this.#warmUp = null
  }

  /** One that was aborted serves no further call. */
  renewAbortController(): void {
    const { options } = this
    if (options.autoRenewAbortController && options.abortController?.signal.aborted) {
      options.abortController = new AbortController()
    }
  }

  /** Opossum's rule. From half-open the registry opens; and a late failure opens nothing. */
  failed(permit: Permit, error: Error, latencyMs: number, args: TI): void {
    this.tell('failure', [error, latencyMs, args])
    const breaker = this.#breaker
    permit.failure(this.#evidence(error))
    if (this.isWarmingUp || breaker.state !== 'closed' || breaker.generation !== permit.generation) return
    const { failures, fires } = this.#status.failed
    const { errorThresholdPercentage, volumeThreshold } = this.options
    if (fires < volumeThreshold || !((failures / fires) * 100 > errorThresholdPercentage)) return
    breaker.trip(`${failures} of ${fires} fires failed, more than ${errorThresholdPercentage} %`)
  }

  /** What the registry's breaker gets. Its own capacity is a failure in opossum; as an error it would be a refusal. */
  #evidence(error: Error): Error | undefined {
    if (!isOurError(error)) return error
    const { code } = error as OurError
    if (code === 'ETIMEDOUT') return new CallTimeoutError(this.#breaker.endpoint, Number(this.options.timeout))
    return code === 'ESEMLOCKED' ? undefined : error
  }

  fallBack(error: Error, args: TI): Promise<TR> | undefined {
    const { fallback } = this
    if (fallback === undefined) return undefined
    this.#breaker.recordFallback(error)
    try {
      const result = fallback.apply(fallback, [...args, error])
      this.tell('fallback', [result, error])
      return Promise.resolve(result as TR)
    } catch (thrown) {
      return Promise.reject(thrown)
    }
  }

  /** The answer of a cache, if there is one. */
  #kept(key: string): Promise<TR> | undefined {
    const { cache, cacheTransport, coalesceCache } = this.options
    if (cache) {
      const result = cacheTransport?.get(key)
      this.tell(result ? 'cacheHit' : 'cacheMiss', [])
      if (result) return Promise.resolve(result as TR)
    }
    if (coalesceCache === undefined) return undefined
    const answer = coalesceCache.get(key) as Promise<TR> | undefined
    this.tell(answer ? 'coalesceCacheHit' : 'coalesceCacheMiss', [])
    return answer
  }
}
