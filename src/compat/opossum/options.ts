// Options: opossum's, as users write them, and as a breaker keeps them. Values that opossum takes in silence and that make
// no sense (NaN, Infinity, a string for a number) are refused. A key that is no option is reported, because opossum ignores
// those.
import type { EventEmitter } from 'node:events'
import { expectedInsteadOf, unknownKeys } from '../../core/edge/option-object.ts'
import { checkRegistry, hasFunctions, printable } from '../../core/options/index.ts'
import { ArgumentError, type Registry } from '../../index.ts'
import type { Stats } from './bucket.ts'
import { sharedRegistry } from './endpoint.ts'
import { type CacheTransport, MemoryCache } from './memory-cache.ts'
import type { Status } from './status.ts'

// biome-ignore lint/suspicious/noExplicitAny: filters are written for the errors of their action, and opossum's types say any
export type AnyError = any

/**
 * The type of a method: its parameter types may differ from those of the caller, as far as one fits the other. So a breaker
 * of one action can be used as any breaker, as with opossum's types.
 */
export type Loose<A extends unknown[], R> = { call(...args: A): R }['call']

/** Opossum's options, and `registry`. Durations are milliseconds. */
export interface Options<TI extends unknown[] = unknown[]> {
  /** The registry in which the breaker is made. Default: the shared one, `CircuitBreaker.registry`. */
  readonly registry?: Registry | undefined
  /** Figures to begin with: a Status, or `toJSON().status` of another breaker. */
  readonly status?: Status | Partial<Stats> | undefined
  /** State to begin with: `toJSON().state` of another breaker. */
  readonly state?: Partial<State> | undefined
  /** How long a call may take. Default 10,000; `false` or 0: any time. */
  readonly timeout?: number | false | undefined
  /** Has no effect any more, as in opossum. */
  readonly maxFailures?: number | undefined
  /** How long it stays open before it probes. Default 30,000. */
  readonly resetTimeout?: number | undefined
  /** Length of the rolling window. Default 10,000. */
  readonly rollingCountTimeout?: number | undefined
  /** The number of buckets in the window. Default 10. */
  readonly rollingCountBuckets?: number | undefined
  /** Name, and the endpoint of the registry. Default: the action's name, or else a UUID. */
  readonly name?: string | undefined
  /** For reports. Default: the name. */
  readonly group?: string | undefined
  /** Whether latencies are kept for percentiles. Default `true`. */
  readonly rollingPercentilesEnabled?: boolean | undefined
  /** How many actions may run at a time. Default: any number. */
  readonly capacity?: number | undefined
  /** It opens when more than this percentage of calls has failed. Default 50. */
  readonly errorThresholdPercentage?: number | undefined
  /** Whether it protects from the start. Default `true`. */
  readonly enabled?: boolean | undefined
  /** Whether failures in the first `rollingCountTimeout` do not open it. Default `false`. */
  readonly allowWarmUp?: boolean | undefined
  /** With fewer calls in the window it does not open. Default 0. */
  readonly volumeThreshold?: number | undefined
  /** Errors for which it returns a truthy value count as successes; the caller gets them all the same. */
  readonly errorFilter?: Loose<[error: AnyError, ...args: TI], unknown> | undefined
  /** Whether results are kept, by arguments. Default `false`. */
  readonly cache?: boolean | undefined
  /** How long a result is kept. Default 0: for ever. */
  readonly cacheTTL?: number | undefined
  /** How many results are kept in memory. Default 2^24 - 1. */
  readonly cacheSize?: number | undefined
  /** The key of a result. Default: JSON of the arguments. */
  readonly cacheGetKey?: Loose<TI, string> | undefined
  /** Where results are kept. Default: in memory. */
  readonly cacheTransport?: CacheTransport | undefined
  /** Whether calls with the same key share one run of the action. Default `false`. */
  readonly coalesce?: boolean | undefined
  /** For how long calls share a run. Default: `timeout`. 0: for ever. */
  readonly coalesceTTL?: number | undefined
  /** How many runs are kept for sharing. Default 2^24 - 1. */
  readonly coalesceSize?: number | undefined
  /** Ends the sharing of a run early. Default: nothing does. */
  readonly coalesceResetOn?: readonly ('error' | 'success' | 'timeout')[] | undefined
  /** Aborted when a call times out: one controller for all calls of the breaker, as in opossum. */
  readonly abortController?: AbortController | undefined
  /** Whether an aborted controller is replaced when the breaker goes half-open or closes. Default `false`. */
  readonly autoRenewAbortController?: boolean | undefined
  /** Whether `status` emits `snapshot`. Default `true`. */
  readonly enableSnapshots?: boolean | undefined
  /** Its `rotate` events start new buckets of the window, in place of time. */
  readonly rotateBucketController?: EventEmitter | undefined
}

/** The value of `toJSON().state`, which `options.state` takes. */
export interface State {
  /** The name of the breaker. */
  readonly name: string
  /** Whether it protects. */
  readonly enabled: boolean
  /** Whether it is closed. */
  readonly closed: boolean
  /** Whether it is open. */
  readonly open: boolean
  /** Whether it is half-open. */
  readonly halfOpen: boolean
  /** Whether it is warming up. */
  readonly warmUp: boolean
  /** Whether it was shut down. */
  readonly shutdown: boolean
  /** When it opened last (before that: when it was made), ms since 1970. */
  readonly lastTimerAt: number | undefined
}

/** The options of a breaker, every default filled in: a copy, so that many breakers can use one object. */
export interface ResolvedOptions<TI extends unknown[] = unknown[]> extends Options<TI> {
  readonly timeout: number | false
  readonly resetTimeout: number
  readonly errorThresholdPercentage: number
  readonly rollingCountTimeout: number
  readonly rollingCountBuckets: number
  readonly rollingPercentilesEnabled: boolean
  readonly enableSnapshots: boolean
  readonly capacity: number
  readonly volumeThreshold: number
  readonly errorFilter: Loose<[error: AnyError, ...args: TI], unknown>
  readonly cacheTTL: number
  readonly cacheGetKey: Loose<TI, string>
  readonly cacheTransport?: CacheTransport | undefined
  readonly coalesce: boolean
  readonly coalesceTTL: number
  readonly coalesceResetOn: readonly ('error' | 'success' | 'timeout')[]
  readonly coalesceCache: MemoryCache | undefined
  /** Renewed by the breaker. */
  abortController?: AbortController | undefined
}

const OPTIONS: Record<keyof Options, true> = {
  registry: true,
  status: true,
  state: true,
  timeout: true,
  maxFailures: true,
  resetTimeout: true,
  rollingCountTimeout: true,
  rollingCountBuckets: true,
  name: true,
  group: true,
  rollingPercentilesEnabled: true,
  capacity: true,
  errorThresholdPercentage: true,
  enabled: true,
  allowWarmUp: true,
  volumeThreshold: true,
  errorFilter: true,
  cache: true,
  cacheTTL: true,
  cacheSize: true,
  cacheGetKey: true,
  cacheTransport: true,
  coalesce: true,
  coalesceTTL: true,
  coalesceSize: true,
  coalesceResetOn: true,
  abortController: true,
  autoRenewAbortController: true,
  enableSnapshots: true,
  rotateBucketController: true,
}
/** What a breaker keeps beside the options: if you pass `breaker.options` on, these go with it. */
const OWN = ['coalesceCache']
const ENDINGS = ['error', 'success', 'timeout']
/** setTimeout takes a longer time for 1 ms. */
const LONGEST_MS = 2 ** 31 - 1

/**
 * @throws ArgumentError (`INVALID_ARGUMENT`), TypeError with opossum's words for what opossum refuses
 */
export function resolveOptions<TI extends unknown[]>(given: Options<TI>): ResolvedOptions<TI> {
  if (typeof given !== 'object' || given === null) throw new ArgumentError('options', 'an object of options', given)
  if (given.registry !== undefined) checkRegistry('options.registry', given.registry)
  const names = [...Object.keys(OPTIONS), ...OWN]
  for (const key of unknownKeys(given, names)) {
    const error = new ArgumentError(`options.${key}`, expectedInsteadOf(key, names), given[key as never])
    const registry = given.registry ?? sharedRegistry()
    registry.report(`options.${printable(key)}`, error)
  }
  const timeout = given.timeout === false ? false : numberOf(given, 'timeout', 10_000)
  return {
    ...given,
    timeout,
    resetTimeout: numberOf(given, 'resetTimeout', 30_000),
    errorThresholdPercentage: numberOf(given, 'errorThresholdPercentage', 50),
    rollingCountTimeout: numberOf(given, 'rollingCountTimeout', 10_000),
    rollingCountBuckets: Math.floor(numberOf(given, 'rollingCountBuckets', 10)),
    rollingPercentilesEnabled: given.rollingPercentilesEnabled !== false,
    enableSnapshots: given.enableSnapshots !== false,
    capacity: Number.isInteger(given.capacity) ? (given.capacity as number) : Number.MAX_SAFE_INTEGER,
    volumeThreshold: Number.isInteger(given.volumeThreshold) ? (given.volumeThreshold as number) : 0,
    errorFilter: functionOf(given, 'errorFilter') ?? (() => false),
    cacheTTL: numberOf(given, 'cacheTTL', 0),
    cacheGetKey: functionOf(given, 'cacheGetKey') ?? ((...args: TI) => JSON.stringify(args)),
    cacheTransport: given.cache ? transportOf(given) : given.cacheTransport,
    coalesce: Boolean(given.coalesce),
    coalesceTTL: numberOf(given, 'coalesceTTL', timeout || 0),
    coalesceResetOn: (given.coalesceResetOn ?? []).filter((ending) => ENDINGS.includes(ending)),
    coalesceCache: given.coalesce ? new MemoryCache(given.coalesceSize) : undefined,
    abortController: controllerOf(given),
  }
}

type Numeric =
  | 'timeout'
  | 'resetTimeout'
  | 'errorThresholdPercentage'
  | 'rollingCountTimeout'
  | 'rollingCountBuckets'
  | 'cacheTTL'
  | 'coalesceTTL'

function numberOf(options: object, name: Numeric, otherwise: number): number {
  const value: unknown = (options as Record<string, unknown>)[name] ?? otherwise
  if (typeof value === 'number' && value >= 0 && value <= LONGEST_MS) return value
  throw new ArgumentError(`options.${name}`, `(it must be a finite number) 0 to ${LONGEST_MS}`, value)
}

function functionOf<TI extends unknown[], N extends 'errorFilter' | 'cacheGetKey'>(options: Options<TI>, name: N) {
  const value = options[name]
  if (value && typeof value !== 'function') throw new ArgumentError(`options.${name}`, 'a function', value)
  return value as Options<TI>[N]
}

function transportOf({ cacheTransport, cacheSize }: Options<never>): CacheTransport {
  if (cacheTransport === undefined) return new MemoryCache(cacheSize)
  if (hasFunctions(cacheTransport, 'get', 'set', 'flush')) return cacheTransport
  throw new TypeError('options.cacheTransport should be an object with `get`, `set` and `flush` methods')
}

function controllerOf({ abortController, autoRenewAbortController }: Options<never>): AbortController | undefined {
  if (abortController && !hasFunctions(abortController, 'abort')) {
    throw new TypeError('AbortController does not contain `abort()` method')
  }
  return abortController || (autoRenewAbortController ? new AbortController() : undefined)
}
