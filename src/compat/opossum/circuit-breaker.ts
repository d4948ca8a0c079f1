// CircuitBreaker: opossum's class, on a breaker of a registry. It keeps opossum's counts and follows opossum's rule for
// opening; states, probes, late results and supervision are the registry's.
import { randomUUID } from 'node:crypto'
import type { Registry } from '../../index.ts'
import type { Bucket, Count, Stats } from './bucket.ts'
import { releaseEndpoint, sharedRegistry, takeEndpoint } from './endpoint.ts'
import { COUNTED, type Events } from './events.ts'
import { type AnyListener, GuardedEmitter } from './guarded-emitter.ts'
import { HealthChecks } from './health-checks.ts'
import type { CacheTransport as Transport } from './memory-cache.ts'
import { type Loose, type Options, type ResolvedOptions, resolveOptions, type State } from './options.ts'
import { isOurError, ourError } from './our-error.ts'
import { type Fallback, Protection, type Tell } from './protection.ts'
import { guest } from './report.ts'
import type { Semaphore } from './semaphore.ts'
import { type Shown, ShownState } from './shown-state.ts'
import { Status, type StatusOptions } from './status.ts'

const DEPRECATION = 'options.maxFailures is deprecated. Please use options.errorThresholdPercentage'

/** A breaker around one action, with opossum's interface. */
export class CircuitBreaker<TI extends unknown[] = unknown[], TR = unknown> extends GuardedEmitter {
  /** The registry of breakers made without one: for the dashboard, metrics and health. */
  static get registry(): Registry {
    return sharedRegistry()
  }

  /** Whether an error comes from a breaker (it has a `code`), and not from the action. */
  static isOurError(error: unknown): boolean {
    return isOurError(error)
  }

  /** Makes a Status for `options.status`, which may begin with earlier figures. */
  static newStatus(options: StatusOptions = {}): Status {
    return new Status(options)
  }

  /** The options in force: a copy, every default filled in. */
  readonly options: ResolvedOptions<TI>
  /** The function that is run. */
  readonly action: Loose<TI, TR | PromiseLike<TR>>
  /** The slots of `capacity`. */
  readonly semaphore: Semaphore
  /** The name: `options.name`, or the action's, or a UUID. */
  readonly name: string
  /** `options.group`, or the name. */
  readonly group: string
  /** The rolling figures. */
  readonly status: Status
  readonly #registry: Registry
  readonly #endpoint: string
  readonly #shownState: ShownState
  readonly #protection: Protection<TI, TR>
  readonly #checks: HealthChecks
  #isShutdown = false

  /**
   * Makes a breaker around `action`. An `action` that is not a function is the result of every call.
   * @throws ArgumentError (`INVALID_ARGUMENT`) for options that make no sense; TypeError where opossum throws one
   */
  constructor(action: (...args: TI) => TR | PromiseLike<TR>, options: Options<TI> = {}) {
    super()
    this.options = resolveOptions(options)
    if (!action) {
      throw new TypeError('No action provided. Cannot construct a CircuitBreaker without an invocable action.')
    }
    if (options.maxFailures) console.error(DEPRECATION)
    this.action = typeof action === 'function' ? action : () => action
    this.name = options.name || action.name || randomUUID()
    this.group = options.group || this.name
    const { status, state } = options
    this.#registry = options.registry ?? sharedRegistry()
    this.status = status instanceof Status ? status : new Status({ ...this.options, stats: status }, this.#registry)
    const breaker = takeEndpoint(this.#registry, this.name, this.options)
    this.#endpoint = breaker.endpoint
    const report = (source: string, error: unknown) => this.report(source, error)
    const tell: Tell<TI, TR> = (event, args) => this.#tell(event, args)
    this.#protection = new Protection(this.options, breaker, this.status, tell, report)
    this.semaphore = this.#protection.semaphore
    this.#shownState = new ShownState(breaker, this.options.resetTimeout, state, (shown) => this.#onShown(shown))
    this.#checks = new HealthChecks((error) => {
      this.#tell('healthCheckFailed', [error])
      this.open()
    })
    if (options.allowWarmUp === true || state?.warmUp) this.#protection.startWarmUp()
    if (state?.shutdown) this.shutdown()
    else if ((state ?? options).enabled === false) this.disable()
  }

  /** Whether it protects: it is not disabled and not shut down. */
  get enabled(): boolean {
    return !this.#isShutdown && this.#shownState.isEnabled
  }

  /** Whether it is half-open and its one call has not begun. */
  get pendingClose(): boolean {
    return !this.#isShutdown && this.#shownState.isPendingClose
  }

  /** Whether it is closed. */
  get closed(): boolean {
    return !this.#isShutdown && this.#shownState.shown === 'closed'
  }

  /** Whether it is open. */
  get opened(): boolean {
    return !this.#isShutdown && this.#shownState.shown === 'open'
  }

  /** Whether it is half-open. */
  get halfOpen(): boolean {
    return !this.#isShutdown && this.#shownState.shown === 'halfOpen'
  }

  /** Whether it was shut down. */
  get isShutdown(): boolean {
    return this.#isShutdown
  }

  /** The sum of the rolling window. */
  get stats(): Stats {
    return this.status.stats
  }

  /** Whether failures do not open it yet. */
  get warmUp(): boolean {
    return this.#protection.isWarmingUp
  }

  /** With fewer calls in the window it does not open. */
  get volumeThreshold(): number {
    return this.options.volumeThreshold
  }

  /** State and figures as JSON, for `options.state` and `options.status` of another breaker. */
  toJSON(): { state: State; status: Stats } {
    const state = {
      name: this.name,
      enabled: this.enabled,
      closed: this.closed,
      open: this.opened,
      halfOpen: this.halfOpen,
      warmUp: this.warmUp,
      shutdown: this.isShutdown,
      lastTimerAt: this.#shownState.lastTimerAt,
    }
    return { state, status: this.stats }
  }

  /** Sets a function, or another breaker, that answers calls that are rejected or fail. */
  fallback(func: Fallback<TI> | CircuitBreaker<never, unknown>): this {
    // By what it can do: a breaker of another copy of the package is an instance of another class.
    const isBreaker = typeof func === 'object' && 'fire' in func
    this.#protection.fallback = isBreaker ? (...args) => func.fire(...(args as never)) : func
    return this
  }

  /**
   * Runs the action with these arguments, if the breaker admits it. The promise rejects with the action's error, or with
   * one of ours: `EOPENBREAKER`, `ETIMEDOUT`, `ESEMLOCKED`, `ESHUTDOWN`. With a fallback, you get the fallback's result or
   * error.
   */
  fire(...args: TI): Promise<TR> {
    return this.call(this.action, ...args)
  }

  /** As `fire`, with `context` as the action's `this`. */
  call(context: unknown, ...args: TI): Promise<TR> {
    if (this.#isShutdown) return Promise.reject(ourError('ESHUTDOWN', 'The circuit has been shutdown.'))
    this.#tell('fire', [args])
    const run = () => this.action.apply(context as never, args)
    try {
      return this.enabled ? this.#protection.call(run, args) : this.#protection.unprotected(run)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /** Clears the cached results. */
  clearCache(): void {
    if (this.options.cache) this.options.cacheTransport?.flush()
    this.options.coalesceCache?.flush()
  }

  /**
   * Calls `func` now and every `interval` ms (default 5000), with the breaker as `this`, until the breaker is shut down. When
   * it rejects or throws, the breaker opens.
   * @throws TypeError unless `func` is a function and `interval` a number
   */
  healthCheck(func: (this: this) => unknown, interval?: number): void {
    if (typeof func !== 'function') throw new TypeError('Health check function must be a function')
    this.#checks.start(() => func.call(this), interval)
  }

  /** Opens it, unless it is open. A disabled one will be open when it is enabled. */
  open(): void {
    if (!this.#isShutdown) this.#shownState.open()
  }

  /** Closes it, unless it is closed. A disabled one will be closed when it is enabled. */
  close(): void {
    if (!this.#isShutdown) this.#shownState.close()
  }

  /** Makes it protect again, in the state it had when it was disabled. An open one stays open for a whole `resetTimeout`. */
  enable(): void {
    if (this.#isShutdown) return
    this.status.attach()
    this.#shownState.enable()
  }

  /** Lets every call run, without protection, fallback, caches and time limit. */
  disable(): void {
    if (this.#isShutdown) return
    this.status.detach()
    this.#shownState.disable()
  }

  /** Ends it for good: every call rejects with `ESHUTDOWN`, its listeners and timers are removed, and its registry removes it. */
  shutdown(): void {
    if (this.#isShutdown) return
    this.#tell('shutdown', [])
    this.removeAllListeners()
    this.#isShutdown = true
    this.#shownState.end()
    this.#checks.stop()
    this.#protection.endWarmUp()
    this.status.shutdown()
    releaseEndpoint(this.#registry, this.#endpoint)
    guest(
      (source, error) => this.report(source, error),
      'cacheTransport.flush',
      () => this.clearCache(),
    )
  }

  /** The signal of the AbortController, if there is one. */
  getSignal(): AbortSignal | undefined {
    return this.options.abortController?.signal
  }

  /** The AbortController, if there is one. */
  getAbortController(): AbortController | undefined {
    return this.options.abortController
  }

  /** As every EventEmitter's. If a listener throws, you get an `error` event of the registry; nothing else is affected. */
  override on<N extends keyof Events>(event: N, listener: (...args: Events<TI, TR>[N]) => void): this
  override on(event: string | symbol, listener: AnyListener): this
  override on(event: string | symbol, listener: AnyListener): this {
    return super.on(event, listener as () => void)
  }

  /** As `on`, for the next event alone. */
  override once<N extends keyof Events>(event: N, listener: (...args: Events<TI, TR>[N]) => void): this
  override once(event: string | symbol, listener: AnyListener): this
  override once(event: string | symbol, listener: AnyListener): this {
    return super.once(event, listener as () => void)
  }

  /** The events that it counts, and those that have listeners. */
  override eventNames(): (string | symbol)[] {
    const own = this.#isShutdown ? [] : Object.keys(COUNTED)
    return [...new Set<string | symbol>([...own, ...super.eventNames()])]
  }

  /** Reports an error of the user's code as an `error` event of the registry. */
  protected override report(source: string, error: unknown): void {
    this.#registry.report(source, error, this.#endpoint)
  }

  #tell<N extends keyof Events>(event: N, args: Events<TI, TR>[N]): void {
    // Calls in flight may end after it was shut down, and no listener should learn of them.
    if (this.#isShutdown) return
    const count = (COUNTED as Partial<Record<keyof Events, Count | null>>)[event]
    if (count) this.status.increment(count, typeof args[1] === 'number' ? args[1] : 0)
    if (this.hears(event)) this.emit(event, ...(args as unknown[]))
  }

  #onShown(shown: Shown): void {
    if (shown === 'halfOpen') {
      this.#protection.renewAbortController()
      this.#tell('halfOpen', [this.options.resetTimeout])
      return
    }
    this.status.mark(shown === 'open')
    if (shown === 'closed') this.#protection.renewAbortController()
    this.#tell(shown === 'open' ? 'open' : 'close', [])
  }
}

/** The names of opossum's types, as `CircuitBreaker.Options`. */
export declare namespace CircuitBreaker {
  export type { Bucket, Options, State, Stats, Status, StatusOptions, Transport as CacheTransport }
  export type Window = Bucket[]
}
