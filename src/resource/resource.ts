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

/** The result of a check of a resource's health. */
export interface ResourceHealth {
  /** Whether the check passed. */
  readonly healthy: boolean
  /** The state of the breaker, after this check was counted. */
  readonly state: BreakerState
  /** How long the check took, in ms. */
  readonly durationMs: number
  /** Why it is not healthy: what the check threw, or that it returned `false`, or took too long. */
  readonly error?: unknown
}

/** A resource under its breaker. Made by `createResource`. */
export interface Resource<R> {
  /** The name of the resource, and of its breaker. */
  readonly name: string
  /** Its breaker. */
  readonly breaker: Breaker
  /** The state of its recovery; `null` if there is none, or its breaker is gone. */
  readonly recovery: RecoveryStatus | null
  /**
   * Calls `fn` with the resource if the breaker admits it, and returns its value or throws the very error it threw. `fn`
   * also receives `{ signal, endpoint, generation, probe }`; the options are those of `breaker.call`.
   * @throws ResourceUnavailableError (`RESOURCE_UNAVAILABLE`) when it is not admitted; `fn` does not run.
   * @throws whatever else `breaker.call` throws
   */
  execute<T>(fn: (resource: R, context: CallContext) => T | PromiseLike<T>, options?: CallOptions<never>): Promise<T>
  execute<T, F = T | null | undefined>(
    fn: (resource: R, context: CallContext) => T | PromiseLike<T>,
    options: CallOptions<F> | undefined,
  ): Promise<T | F>
  /**
   * Runs the health check, whatever the state. Its outcome counts as a reported success or failure. Never rejects. While a
   * check of this method is in progress, further calls get its result. Its time limit uses the platform's timers, not the
   * registry's clock, because you await it.
   */
  health(): Promise<ResourceHealth>
  /**
   * Ends the recovery, and closes the registry unless you passed it; calls are not admitted any more. The resource itself
   * is yours to close. Closing again returns the same promise; it never rejects.
   */
  close(): Promise<void>
  /** As `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * A resource (a database pool, a client) under a breaker that recovers by itself: while the breaker is open, a health check
 * runs with growing waits, and when it passes the breaker probes at once.
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
  /** The check of `health()` in progress, and its result. */
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
    // A rejection by a breaker inside `fn` is an error of `fn`.
    const toUser = (error: unknown) => (hasRun ? error : this.#unavailable(error))
    try {
      return await this.breaker.call(guarded, withFallback(options, toUser))
    } catch (error) {
      throw toUser(error)
    }
  }

  health(): Promise<ResourceHealth> {
    // One at a time: a check that asks for the health would never end, and many checks at once cost the resource.
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
    // In a task of its own, so that a check that asks again finds this one in progress.
    await null
    const { breaker } = this
    const finding = await this.#find()
    const { healthy, durationMs, error } = finding
    try {
      if (this.#closing !== null) return { ...finding, state: breaker.state }
      if (healthy) breaker.recordSuccess(durationMs)
      else breaker.recordFailure(error, durationMs)
    } catch {
      // The registry was closed meanwhile, or has no room for the breaker: nothing is counted.
    }
    return { ...finding, state: breaker.state }
  }

  /** If it is closed meanwhile, the check is cancelled: it must not keep the process alive. */
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
    // Each call has an error of its own; code that reads the cause, as `retryAfter` does, gets the same answer.
    return new ResourceUnavailableError(this.name, Object.assign(error, { retryAfterMs }))
  }
}

/** A fallback gets the error that the caller would have got. */
function withFallback<F>(
  options: CallOptions<F> | undefined,
  toUser: (error: unknown) => unknown,
): CallOptions<F> | undefined {
  const fallback: unknown = Object(options).fallback
  if (typeof fallback !== 'function') return options
  const told = (error: unknown, ...rest: unknown[]) => fallback(toUser(error), ...rest)
  return { ...options, fallback: told as NonNullable<CallOptions<F>['fallback']> }
}
