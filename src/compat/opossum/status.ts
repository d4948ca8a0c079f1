// Status: opossum's counts of a breaker, a rolling window of buckets. The breaker writes it; its rule for opening reads it.
// New buckets begin when it is read, so that an idle breaker has no timer.
import type { EventEmitter } from 'node:events'
import type { Registry } from '../../index.ts'
import { addLatency, type Bucket, type Count, emptyBucket, type Stats, sumOf } from './bucket.ts'
import { sharedRegistry } from './endpoint.ts'
import { type AnyListener, GuardedEmitter } from './guarded-emitter.ts'

/** The options of `CircuitBreaker.newStatus`. */
export interface StatusOptions {
  /** The number of buckets in the window. Default 10. */
  readonly rollingCountBuckets?: number | undefined
  /** Length of the window in ms. Default 10,000. */
  readonly rollingCountTimeout?: number | undefined
  /** Whether latencies are kept. Default `true`; `false`: mean and percentiles are -1. */
  readonly rollingPercentilesEnabled?: boolean | undefined
  /** Whether `snapshot` is emitted. Default `true`; it costs nothing without a listener. */
  readonly enableSnapshots?: boolean | undefined
  /** Its `rotate` events start new buckets, in place of time. */
  readonly rotateBucketController?: EventEmitter | undefined
  /** Figures to begin with, in the form of `stats`. */
  readonly stats?: Partial<Stats> | undefined
}

const LATENCIES: readonly Count[] = ['successes', 'failures', 'timeouts']

/** The rolling figures of a breaker. It emits `snapshot` with the sum of the window, once a bucket. */
export class Status extends GuardedEmitter {
  /** Whether latencies are kept. */
  readonly rollingPercentilesEnabled: boolean
  /** Whether `snapshot` is emitted. */
  readonly enableSnapshots: boolean
  /** Starts new buckets, in place of time. */
  readonly rotateBucketController: EventEmitter | undefined
  readonly #registry: Registry | undefined
  readonly #window: Bucket[]
  readonly #bucketMs: number
  #turnedAt = performance.now()
  #snapshots: NodeJS.Timeout | undefined
  #isShutdown = false

  /** @internal Use `CircuitBreaker.newStatus(options)`. */
  constructor(options: StatusOptions, registry?: Registry) {
    super()
    this.#registry = registry
    const buckets = options.rollingCountBuckets || 10
    this.#window = Array.from({ length: buckets }, emptyBucket)
    this.#bucketMs = Math.max(1, Math.floor((options.rollingCountTimeout || 10_000) / buckets))
    this.rollingPercentilesEnabled = options.rollingPercentilesEnabled !== false
    this.enableSnapshots = options.enableSnapshots !== false
    this.rotateBucketController = options.rotateBucketController
    this.attach()
    if (options.stats !== undefined) this.#window[0] = { ...emptyBucket(), ...options.stats }
  }

  /** The sum of the window by now. */
  get stats(): Stats {
    return sumOf(this.#current(), this.rollingPercentilesEnabled)
  }

  /** The buckets by now, the newest first. */
  get window(): Bucket[] {
    return this.#current().slice()
  }

  /** Reports an error of a listener as an `error` event of the registry. */
  protected override report(source: string, error: unknown): void {
    const registry = this.#registry ?? sharedRegistry()
    registry.report(source, error)
  }

  /** As every EventEmitter's; `snapshot` is emitted while there is a listener. */
  override on(event: 'snapshot', listener: (snapshot: Stats) => void): this
  override on(event: string | symbol, listener: AnyListener): this
  override on(event: string | symbol, listener: AnyListener): this {
    super.on(event, listener as () => void)
    if (event === 'snapshot' && this.enableSnapshots && !this.#isShutdown) this.#takeSnapshots()
    return this
  }

  /** As `on`. */
  override addListener(event: string | symbol, listener: AnyListener): this {
    return this.on(event, listener)
  }

  /** @internal How many calls failed: the input of the rule for opening. */
  get failed(): { readonly failures: number; readonly fires: number } {
    let failures = 0
    let fires = 0
    for (const bucket of this.#current()) {
      failures += bucket.failures
      fires += bucket.fires
    }
    return { failures, fires }
  }

  /** @internal */
  increment(count: Count, latencyMs: number): void {
    const bucket = this.#newest()
    bucket[count]++
    if (this.rollingPercentilesEnabled && LATENCIES.includes(count)) addLatency(bucket, latencyMs)
  }

  /** @internal */
  mark(isOpen: boolean): void {
    this.#newest().isCircuitBreakerOpen = isOpen
  }

  /** @internal Lets the controller start new buckets. */
  attach(): void {
    const { rotateBucketController: controller } = this
    if (controller && !controller.listeners('rotate').includes(this.#turn)) controller.on('rotate', this.#turn)
  }

  /** @internal */
  detach(): void {
    this.rotateBucketController?.removeListener('rotate', this.#turn)
  }

  /** @internal */
  shutdown(): void {
    this.#isShutdown = true
    this.removeAllListeners()
    this.detach()
    clearInterval(this.#snapshots)
  }

  readonly #turn = (): void => {
    this.#window.pop()
    this.#window.unshift(emptyBucket())
  }

  #current(): readonly Bucket[] {
    if (this.rotateBucketController !== undefined) return this.#window
    const buckets = Math.floor((performance.now() - this.#turnedAt) / this.#bucketMs)
    if (buckets < 1) return this.#window
    this.#turnedAt += buckets * this.#bucketMs
    for (let turned = 0; turned < Math.min(buckets, this.#window.length); turned++) this.#turn()
    return this.#window
  }

  #newest(): Bucket {
    return this.#current()[0] as Bucket
  }

  #takeSnapshots(): void {
    if (this.#snapshots !== undefined) return
    this.#snapshots = setInterval(() => {
      if (this.listenerCount('snapshot') > 0) {
        this.emit('snapshot', this.stats)
        return
      }
      clearInterval(this.#snapshots)
      this.#snapshots = undefined
    }, this.#bucketMs)
    this.#snapshots.unref()
  }
}
