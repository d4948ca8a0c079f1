// Attempt: one admitted run of the action: its slot, its time limit, and its one outcome. The caller gets opossum's events
// and errors, in opossum's order; the breaker gets the outcome through the permit, so that a late one decides nothing.
import type { Permit } from '../../index.ts'
import type { Events } from './events.ts'
import { expiryOf } from './memory-cache.ts'
import type { ResolvedOptions } from './options.ts'
import { ourError } from './our-error.ts'
import { guest, type Report } from './report.ts'
import type { Semaphore } from './semaphore.ts'

/** What an attempt needs of its breaker. */
export interface Host<TI extends unknown[], TR> {
  readonly options: ResolvedOptions<TI>
  readonly semaphore: Semaphore
  readonly report: Report
  /** Counts and emits. */
  tell<N extends keyof Events>(event: N, args: Events<TI, TR>[N]): void
  succeeded(permit: Permit, result: TR, latencyMs: number): void
  failed(permit: Permit, error: Error, latencyMs: number, args: TI): void
  /** The answer of the fallback, if there is one. */
  fallBack(error: Error, args: TI): Promise<TR> | undefined
}

/** One call, as it was made. */
export interface Call<TI extends unknown[], TR> {
  readonly run: () => TR | PromiseLike<TR>
  readonly args: TI
  readonly permit: Permit
  readonly key: string
}

type Ending = 'success' | 'error' | 'timeout' | 'locked'

export function attempt<TI extends unknown[], TR>(host: Host<TI, TR>, call: Call<TI, TR>): Promise<TR> {
  const { options, semaphore } = host
  const { args, permit, key } = call
  let isShared = options.coalesce
  const endSharing = (ending: Ending) => {
    if (ending !== 'locked' && !options.coalesceResetOn.includes(ending)) return
    // It may have ended before it was shared: an immediate failure must not be the answer to other calls.
    isShared = false
    options.coalesceCache?.delete(key)
  }

  const answer = new Promise<TR>((resolve, reject) => {
    const startedAt = Date.now()
    const latency = () => Date.now() - startedAt

    const fail = (error: Error, ending: Ending, latencyMs: number) => {
      if (passes(host, error, args)) host.succeeded(permit, error as TR, latencyMs)
      else {
        host.failed(permit, error, latencyMs, args)
        const answer = host.fallBack(error, args)
        if (answer !== undefined) resolve(answer)
      }
      reject(error)
      endSharing(ending)
    }

    if (!semaphore.test()) {
      const error = ourError('ESEMLOCKED', 'Semaphore locked')
      host.tell('semaphoreLocked', [error, latency()])
      fail(error, 'locked', latency())
      return
    }
    const timer = options.timeout ? setTimeout(timeOut, options.timeout) : undefined
    let isOver = false
    /** The first to end the attempt. What the action does after its time is ignored. */
    const ends = () => {
      if (isOver) return false
      isOver = true
      clearTimeout(timer)
      semaphore.release()
      return true
    }

    function timeOut(): void {
      if (!ends()) return
      const error = ourError('ETIMEDOUT', `Timed out after ${options.timeout}ms`)
      const latencyMs = latency()
      host.tell('timeout', [error, latencyMs, args])
      fail(error, 'timeout', latencyMs)
      guest(host.report, 'abortController', () => options.abortController?.abort())
    }

    const failed = (error: Error) => {
      if (ends()) fail(error, 'error', latency())
    }
    let promise: Promise<Awaited<TR>>
    try {
      promise = Promise.resolve(call.run())
    } catch (error) {
      failed(error as Error)
      return
    }
    promise.then((result) => {
      if (!ends()) return
      host.succeeded(permit, result, latency())
      endSharing('success')
      resolve(result)
      const { cache, cacheTransport, cacheTTL } = options
      if (cache) guest(host.report, 'cacheTransport.set', () => cacheTransport?.set(key, promise, expiryOf(cacheTTL)))
    }, failed)
  })
  if (isShared) options.coalesceCache?.set(key, answer, expiryOf(options.coalesceTTL))
  return answer
}

/** A filter that throws has not let the error pass: the caller gets the error of the action. */
function passes<TI extends unknown[], TR>({ options, report }: Host<TI, TR>, error: Error, args: TI): boolean {
  let answer: unknown = false
  guest(report, 'errorFilter', () => {
    answer = options.errorFilter(error, ...args)
  })
  return Boolean(answer)
}
