// BreakerPolicy: a breaker with the members of cockatiel's CircuitBreakerPolicy. The breaker makes the decisions; this
// shows them to cockatiel's callers.
import {
  CircuitState,
  type Event,
  type FailureReason,
  type IDefaultPolicyContext,
  type IFailureEvent,
  type IPolicy,
  type ISuccessEvent,
  type Policy,
} from 'cockatiel'
import { checkOptions, checkRegistry, hasFunctions } from '../../core/options/index.ts'
import {
  ArgumentError,
  type Breaker,
  describeReason,
  isBreakerError,
  type Outcome,
  type PolicyOptions,
  type Registry,
  type RegistryEvents,
} from '../../index.ts'
import { brokenCircuit } from './broken-circuit.ts'
import { circuitStateOf } from './circuit-state.ts'
import { Emitter } from './emitter.ts'
import { checkSaved, restore, type SavedBreaker, save } from './saved-breaker.ts'

/** The options of `breakerPolicy`. All are optional. */
export interface BreakerPolicyOptions {
  /** The policy of a breaker that this makes. Default: the registry's policy for its name. */
  readonly policy?: PolicyOptions | undefined
  /**
   * A filter of cockatiel (`handleType(…)`, `handleResultType(…)`) that decides which outcomes are failures. Errors that it
   * does not handle are ignored, as in cockatiel. It replaces `isFailure` and `ignore` of the policy. Default: none, these
   * decide.
   */
  readonly handle?: Policy | undefined
  /** The result of `toJSON()` in another process; ignored if the breaker exists already. Default: closed. */
  readonly initialState?: unknown
}

const NAMES = ['policy', 'handle', 'initialState'] satisfies (keyof BreakerPolicyOptions)[]
type Transition = RegistryEvents['transition']

/**
 * The breaker of this name as a policy of cockatiel, for `wrap(retry(…), breakerPolicy(registry, 'search'))`.
 * @throws ArgumentError (`INVALID_ARGUMENT`) for wrong arguments, PolicyError (`INVALID_POLICY`)
 */
export function breakerPolicy(registry: Registry, name: string, options: BreakerPolicyOptions = {}): CockatielBreaker {
  const checked = checkRegistry('breakerPolicy(registry)', registry)
  checkOptions('options', options, NAMES)
  const { policy, handle, initialState } = options
  const filters: unknown = handle?.options
  if (handle !== undefined && !hasFunctions(filters, 'errorFilter', 'resultFilter')) {
    throw new ArgumentError('options.handle', 'a Policy of cockatiel, as handleAll', handle)
  }
  const saved = initialState === undefined ? undefined : checkSaved(initialState)
  const isThere = checked.has(name)
  const breaker = checked.breaker(name, handle === undefined ? policy : { ...policy, ...classifiersOf(handle) })
  if (saved !== undefined && !isThere) restore(breaker, saved)
  return new CockatielBreaker(checked, breaker, handle)
}

function classifiersOf({ options }: Policy): PolicyOptions {
  return {
    isFailure: (outcome: Outcome) => 'error' in outcome || options.resultFilter(outcome.value),
    ignore: (outcome: Outcome) => 'error' in outcome && !options.errorFilter(outcome.error as Error),
  }
}

/** A breaker with the members of cockatiel's CircuitBreakerPolicy; made by `breakerPolicy`. */
export class CockatielBreaker implements IPolicy {
  /** For the types of cockatiel alone; it does not exist. */
  declare readonly _altReturn: never
  /** The breaker itself. */
  readonly breaker: Breaker
  readonly #handle: Policy | undefined
  readonly #successes: Emitter<ISuccessEvent>
  readonly #failures: Emitter<IFailureEvent>
  #lastFailure: FailureReason<unknown> | undefined
  #isolations = 0

  /** A call returned a value that is no failure. */
  readonly onSuccess: Event<ISuccessEvent>
  /** A call was made and threw, or returned a value that is a failure. */
  readonly onFailure: Event<IFailureEvent>
  /** It has opened, with what its last call failed with, or was isolated. */
  readonly onBreak: Event<FailureReason<unknown> | { isolated: true }> = (listener) =>
    this.#onTransition((transition, state) => {
      if (state === CircuitState.Isolated) listener({ isolated: true })
      if (state === CircuitState.Open) listener(this.#failureOf(transition))
    })
  /** It has closed. */
  readonly onReset: Event<void> = (listener) =>
    this.#onTransition((_transition, state) => state === CircuitState.Closed && listener())
  /** The open time has passed: its next calls are probes. */
  readonly onHalfOpen: Event<void> = (listener) =>
    this.#onTransition((_transition, state) => state === CircuitState.HalfOpen && listener())
  /** Its state has changed. */
  readonly onStateChange: Event<CircuitState> = (listener) =>
    this.#onTransition((_transition, state) => listener(state))

  /** @internal Use `breakerPolicy(registry, name)`. */
  constructor(registry: Registry, breaker: Breaker, handle: Policy | undefined) {
    this.breaker = breaker
    this.#handle = handle
    const report = (error: unknown) => registry.report('listener', error, breaker.endpoint)
    this.#successes = new Emitter(report)
    this.#failures = new Emitter(report)
    this.onSuccess = this.#successes.event
    this.onFailure = this.#failures.event
  }

  /** The state by now: `Closed` while disabled, `Isolated` while forced open. */
  get state(): CircuitState {
    return circuitStateOf(this.breaker.state)
  }

  /** The outcome of the last call through this policy that failed; `undefined` before that. */
  get lastFailure(): FailureReason<unknown> | undefined {
    return this.#lastFailure
  }

  /**
   * Calls `fn` if the breaker admits it.
   * @throws BrokenCircuitError of cockatiel, with the members of BreakerOpenError, if not; `fn` does not run. Unlike
   *   cockatiel's own, calls do not wait for the probe of another call.
   * @throws ConcurrencyLimitError (`CONCURRENCY_LIMIT`) when `maxConcurrent` of the registry's policy is reached
   */
  async execute<T>(fn: (context: IDefaultPolicyContext) => PromiseLike<T> | T, signal?: AbortSignal): Promise<T> {
    if (typeof fn !== 'function') throw new ArgumentError('execute(fn)', 'a function', fn)
    const startedAt = this.#successes.isHeard || this.#failures.isHeard ? performance.now() : 0
    const since = () => performance.now() - startedAt
    try {
      const options = signal === undefined ? {} : { signal }
      const value = await this.breaker.call<T>((context) => this.#noted(fn, { signal: context.signal }), options)
      if (!this.#isFailure(value)) this.#successes.emit({ duration: since() })
      else this.#failures.emit({ duration: since(), handled: true, reason: { value } })
      return value
    } catch (thrown) {
      // As with cockatiel's own, a call that was not made is no failure.
      if (isBreakerError(thrown, 'BREAKER_OPEN')) throw brokenCircuit(thrown)
      if (isBreakerError(thrown, 'CONCURRENCY_LIMIT')) throw thrown
      const error = thrown as Error
      if (isBreakerError(error, 'CALL_TIMEOUT')) this.#lastFailure = { error }
      this.#failures.emit({ duration: since(), handled: this.#handles(error), reason: { error } })
      throw error
    }
  }

  /** Rejects every call until `dispose()` was called on every handle that this returned, or an operator enables it. */
  isolate(): { dispose: () => void } {
    this.#isolations++
    this.breaker.isolate()
    let isHeld = true
    return {
      dispose: () => {
        if (!isHeld) return
        isHeld = false
        this.#isolations--
        if (this.#isolations === 0 && this.breaker.state === 'forcedOpen') this.breaker.enable()
      },
    }
  }

  /** Its state for the `initialState` of another process. Counts are not in it: for those use `registry.snapshot()`. */
  toJSON(): SavedBreaker {
    return save(this.breaker)
  }

  /** Keeps what the call failed with before the breaker gets the outcome, which may open it. */
  async #noted<T>(
    fn: (context: IDefaultPolicyContext) => PromiseLike<T> | T,
    context: IDefaultPolicyContext,
  ): Promise<T> {
    try {
      const value = await fn(context)
      if (this.#isFailure(value)) this.#lastFailure = { value }
      return value
    } catch (thrown) {
      const error = thrown as Error
      if (!context.signal.aborted && this.#handles(error)) this.#lastFailure = { error }
      throw error
    }
  }

  /** A filter that throws reaches no caller: the breaker has counted a failure, and reported the error. */
  #isFailure(value: unknown): boolean {
    try {
      return this.#handle?.options.resultFilter(value) ?? false
    } catch {
      return true
    }
  }

  #handles(error: Error): boolean {
    try {
      return this.#handle?.options.errorFilter(error) ?? true
    } catch {
      return true
    }
  }

  #failureOf({ reason }: Transition): FailureReason<unknown> {
    const isByCall = reason.type !== 'tripped' && reason.type !== 'escalated'
    return (isByCall ? this.#lastFailure : undefined) ?? { error: new Error(describeReason(reason)) }
  }

  #onTransition(listener: (transition: Transition, state: CircuitState) => unknown): { dispose: () => void } {
    const dispose = this.breaker.on('transition', (transition) => {
      const state = circuitStateOf(transition.to)
      if (state !== circuitStateOf(transition.from)) listener(transition, state)
    })
    return { dispose }
  }
}
