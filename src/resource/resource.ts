/// <reference lib="esnext.disposable" preserve="true" />
// Resource: a pool or a client under its breaker, with a recovery of its own.
import {
  ArgumentError,
  type Breaker,
  type BreakerState,
  type CallContext,
  type CallOptions,
  CallTimeoutError,
  createRegistry,
  isBreakerError,
  type Registry,
} from '../index.ts'
import { type Examination, examine, type Finding, within } from './health-check.ts'
import { checkResource, type ResolvedResource, type ResourceOptions } from './options.ts'
import { ResourceUnavailableError } from './resource-unavailable-error.ts'
import { type RecoveryStatus, SelfRecovery } from './self-recovery.ts'

/** What a check of a resource's health found. */
export interface ResourceHealth {
  /** Whether the check passed. */
  readonly healthy: boolean
  /** The state of the breaker, with this check in its books. */
  readonly state: BreakerState
  /** How long the check took, in ms. */
  readonly durationMs: number
  /** Why it is not healthy: what the check threw, or that it answered `false`, or took too long. */
  readonly error?: unknown
}

/** A resource under its breaker. Made by `createResource`. */
export interface Resource<R> {
  /** The name of the resource, and of its breaker. */
  readonly name: string
  /** Its breaker. */
  readonly breaker: Breaker
  /** Where its recovery is; `null` when there is none, or its breaker is gone. */
  readonly recovery: RecoveryStatus | null
  /**
   * Calls `fn` with the resource if the breaker admits it, and gives back what it gives: its value, or the very error it threw.
   * `fn` is given `{ signal, endpoint, generation, probe }`, too; the options are those of `breaker.call`.
   * @throws ResourceUnavailableError (`RESOURCE_UNAVAILABLE`) when it is not admitted; `fn` is not run.
   * @throws what `breaker.call` throws besides
   */
  execute<T>(fn: (resource: R, context: CallContext) => T | PromiseLike<T>, options?: CallOptions<never>): Promise<T>
  execute<T, F = T | null | undefined>(
    fn: (resource: R, context: CallContext) => T | PromiseLike<T>,
    options: CallOptions<F> | undefined,
  ): Promise<T | F>
  /**
   * Runs the health check, whatever the state; what it comes to is counted as a reported success or failure. Never rejects.
   * Who asks while a check of this method's is under way gets its answer. Its time is that of the platform's timers, whatever the
   * registry's clock: somebody awaits it.
   */
  health(): Promise<ResourceHealth>
  /**
   * Ends the recovery and closes the registry, unless that was handed in; calls are not admitted any more. The resource
   * itself is yours to close. Closing again gives the same promise; it never rejects.
   */
  close(): Promise<void>
  /** As `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * A resource (a database pool, a client) under a breaker, which recovers by itself: while the breaker is open, a health check
 * is run with growing waits, and when it passes the breaker probes at once.
 * @throws ArgumentError (`INVALID_ARGUMENT`), PolicyError (`INVALID_POLICY`)
 * @throws what `registry.breaker` throws
 */
export function createResource<R>(options: ResourceOptions<R>): Resource<R> {
  return new GuardedResource(checkResource(options))
}

class GuardedResource<R> implements Resource<R> {
  readonly name: string
  readonly breaker: Breaker
  readonly #options: ResolvedResource<R>
  readonly #ownRegistry: Registry | null
  readonly #recovery: SelfRecovery | null
  /** What `health()` has under way, and its check. */
  #health: Promise<ResourceHealth> | null = null
  #examination: Examination | null = null
  #closing: Promise<void> | null = null

  constructor(options: ResolvedResource<R>) {
    const { name, policy, registry, recovery } = options
    this.name = name
    this.#options = options
    this.#ownRegistry = registry === undefined ? createRegistry() : null
    this.breaker = (registry ?? (this.#ownRegistry as Registry)).breaker(name, policy)
    if (recovery?.probe === 'healthCheck' && this.breaker.policy.probes !== 'reports') {
      throw new ArgumentError('options.recovery.probe', "'calls': the breaker has a policy of its own", recovery.probe)
    }
    this.#recovery = recovery === null ? null : new SelfRecovery(this.breaker, recovery, () => this.#examine())
  }

  get recovery(): RecoveryStatus | null {
    return this.#recovery?.status ?? null
  }

  async execute<T, F>(
    fn: (resource: R, context: CallContext) => T | PromiseLike<T>,
    options?: CallOptions<F>,
  ): Promise<T | F> {
    if (typeof fn !== 'function') throw new ArgumentError('execute(fn)', 'a function of the resource', fn)
    if (this.#closing !== null) throw new ResourceUnavailableError(this.name)
    let hasRun = false
    const guarded = (context: CallContext) => {
      hasRun = true
      return fn(this.#options.resource, context)
    }
    // A rejection by a breaker within `fn` is an error of `fn`.
    const toUser = (error: unknown) => (hasRun ? error : this.#unavailable(error))
    try {
      return await this.breaker.call(guarded, withFallback(options, toUser))
    } catch (error) {
      throw toUser(error)
    }
  }

  health(): Promise<ResourceHealth> {
    // One at a time: a check that asks for the health would ask for ever, and probes of many who ask at once cost the resource.
    this.#health ??= this.#lookAfter().finally(() => {
      this.#health = null
    })
    return this.#health
  }

  close(): Promise<void> {
    if (this.#closing !== null) return this.#closing
    this.#closing = this.#ownRegistry?.close() ?? Promise.resolve()
    this.#recovery?.stop()
    this.#examination?.end(new ResourceUnavailableError(this.name))
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #examine() {
    const { name, healthCheck, resource } = this.#options
    return examine(name, healthCheck, resource)
  }

  async #lookAfter(): Promise<ResourceHealth> {
    // A task of its own, so that a check that asks again finds this one under way.
    await null
    const { breaker } = this
    const finding = await this.#find()
    const { healthy, durationMs, error } = finding
    try {
      if (this.#closing !== null) return { ...finding, state: breaker.state }
      if (healthy) breaker.recordSuccess(durationMs)
      else breaker.recordFailure(error, durationMs)
    } catch {
      // The registry was closed meanwhile, or has no room for the breaker: there are no books.
    }
    return { ...finding, state: breaker.state }
  }

  /** Closed meanwhile, the check is called off: nobody's process waits for it. */
  async #find(): Promise<Finding> {
    const { name } = this
    const { checkTimeoutMs } = this.#options
    if (this.#closing !== null) return { healthy: false, durationMs: 0, error: new ResourceUnavailableError(name) }
    this.#examination = this.#examine()
    const late = () => new CallTimeoutError(name, checkTimeoutMs)
    return await within(this.#examination, checkTimeoutMs, late)
  }

  #unavailable(error: unknown): unknown {
    if (!isBreakerError(error, 'BREAKER_OPEN')) return error
    const retryAfterMs = error.retryAfterMs ?? (error.state === 'halfOpen' ? this.#recovery?.retryAfterMs : undefined)
    // Each call has an error of its own; who looks at the cause, as `retryAfter` does, is told the same.
    return new ResourceUnavailableError(this.name, Object.assign(error, { retryAfterMs }))
  }
}

/** A fallback is told what the caller would have got. */
function withFallback<F>(
  options: CallOptions<F> | undefined,
  toUser: (error: unknown) => unknown,
): CallOptions<F> | undefined {
  const fallback: unknown = Object(options).fallback
  if (typeof fallback !== 'function') return options
  const told = (error: unknown, ...rest: unknown[]) => fallback(toUser(error), ...rest)
  return { ...options, fallback: told as NonNullable<CallOptions<F>['fallback']> }
}
