// Events: opossum's, with their arguments, and what each of them counts.
import type { Count } from './bucket.ts'
import type { OurError } from './our-error.ts'

/** The events of a breaker and the arguments of their listeners. `latency` is in ms. */
export interface Events<TI extends unknown[] = unknown[], TR = unknown> {
  /** It was called, also if it answers from a cache, rejects or is disabled. */
  fire: [args: TI]
  /** It is open, and the action was not run. */
  reject: [error: OurError]
  /** The action took longer than `timeout`; `failure` follows. */
  timeout: [error: OurError, latency: number, args: TI]
  /** The action's result, or the error that `errorFilter` let pass. */
  success: [result: TR, latency: number]
  /** The action failed, timed out or found no slot. */
  failure: [error: Error, latency: number, args: TI]
  /** `capacity` actions are running; `failure` follows. */
  semaphoreLocked: [error: OurError, latency: number]
  /** A fallback answered. */
  fallback: [result: unknown, error: Error]
  /** It opened. */
  open: []
  /** It will let one call through. */
  halfOpen: [resetTimeout: number]
  /** It closed. */
  close: []
  /** It was shut down. */
  shutdown: []
  /** A health check failed; `open` follows. */
  healthCheckFailed: [error: Error]
  /** A result was found in the cache. */
  cacheHit: []
  /** None was found in the cache. */
  cacheMiss: []
  /** A run of the action was shared. */
  coalesceCacheHit: []
  /** There was no run to share. */
  coalesceCacheMiss: []
}

/** Every event that is counted: in opossum the breaker listens to them itself, so `eventNames` has them. */
export const COUNTED = {
  success: 'successes',
  failure: 'failures',
  fallback: 'fallbacks',
  timeout: 'timeouts',
  fire: 'fires',
  reject: 'rejects',
  cacheHit: 'cacheHits',
  cacheMiss: 'cacheMisses',
  coalesceCacheHit: 'coalesceCacheHits',
  coalesceCacheMiss: 'coalesceCacheMisses',
  open: null,
  close: null,
  semaphoreLocked: 'semaphoreRejections',
} as const satisfies Partial<Record<keyof Events, Count | null>>
