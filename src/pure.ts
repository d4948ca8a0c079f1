// Public entry `switchgear/pure`: breakers as immutable values, after distribute's circuit_breaker (Gleam).
// No clock, no timer, no actor: the caller passes `now` in ms, from one clock that never goes back, and keeps the result.
import { type Admission, type BreakerEvent, holdsProbe } from './core/rules/decide.ts'
import { defaultPolicy, type Policy } from './core/rules/policy.ts'
import { type BreakerValue, newBreakerValue, reduce } from './core/rules/reducer.ts'
import { numberOfState } from './core/rules/states.ts'

export type { Calls } from './core/rules/calls.ts'
export type { Admission, BreakerEvent } from './core/rules/decide.ts'
export { defaultPolicy, type Policy } from './core/rules/policy.ts'
export { describeReason, type Reason } from './core/rules/reasons.ts'
export { type BreakerValue, reduce } from './core/rules/reducer.ts'
export type { BreakerState } from './core/rules/states.ts'

/** Breakers by name: a plain frozen object, replaced by `getOrCreate`, `update` and `reset`. */
export type BreakerRegistry = Readonly<Record<string, BreakerValue>>

/** What is known about a call that has ended. */
export interface Report {
  /** From `shouldAllowRequest`. With it a late result is dropped (R06); without, it counts where the breaker is now. */
  readonly permit?: Admission | undefined
  /** How long it took, in ms. Only rules about slow calls need it. Default: not known, and not slow. */
  readonly durationMs?: number | undefined
  /**
   * `true` if `recordSlow` already counted it while it was in flight, so that it is not counted as slow again. Default
   * `false`.
   */
  readonly isSlow?: boolean | undefined
}

/**
 * A closed breaker. `policy` (default: the default policy) and `now` (ms, default 0) matter only to policies with windows;
 * `seed` (default 0) chooses the jitter of a backoff.
 */
export function newBreaker(policy: Policy = defaultPolicy(), now = 0, seed = 0): BreakerValue {
  return newBreakerValue(policy, now, seed)
}

/**
 * Whether a request may be made at `now` (ms), the breaker with this request counted, and the permit to report with
 * (`undefined` when it is not allowed). An open breaker whose open time has passed becomes half-open, and allows the
 * request as a probe.
 */
export function shouldAllowRequest(
  breaker: BreakerValue,
  policy: Policy,
  now: number,
): { readonly allowed: boolean; readonly breaker: BreakerValue; readonly permit: Admission | undefined } {
  // Unique in the life of the breaker: each admission adds one.
  const probe = breaker.calls.allowed + 1
  const next = reduce(breaker, policy, { type: 'admit', probe, at: now })
  const allowed = next.calls.allowed > breaker.calls.allowed
  const { generation } = next
  const permit = holdsProbe(next, probe) ? { generation, probe } : { generation }
  return { allowed, breaker: next, permit: allowed ? permit : undefined }
}

/** The breaker after a request that succeeded. `now` in ms. A late result is counted as late and changes nothing else. */
export function recordSuccess(breaker: BreakerValue, policy: Policy, now: number, report: Report = {}): BreakerValue {
  return record('succeed', breaker, policy, now, report)
}

/** The breaker after a request that failed. `now` in ms. A late result is counted as late and changes nothing else. */
export function recordFailure(breaker: BreakerValue, policy: Policy, now: number, report: Report = {}): BreakerValue {
  return record('fail', breaker, policy, now, report)
}

/** The breaker after a request that counts neither way: its permit is returned. `now` in ms. */
export function recordIgnored(breaker: BreakerValue, policy: Policy, now: number, report: Report = {}): BreakerValue {
  return record('ignore', breaker, policy, now, report)
}

/**
 * The breaker after a request that is still in flight at `now` (ms) and is now slower than its policy's
 * `slowCalls.slowerThan`: it counts as slow before it ends. Only for a request that this closed generation allowed. Report
 * it with `isSlow: true` when it ends.
 */
export function recordSlow(breaker: BreakerValue, policy: Policy, now: number): BreakerValue {
  return reduce(breaker, policy, { type: 'slow', at: now })
}

/**
 * The figures of one breaker, for monitoring: its calls, generation, failures, probes; and `state` as a number: 0 closed, 1
 * half-open, 2 open, 3 forced open, 4 disabled. They are as of the last event and do not show time that has passed since.
 */
export function getMetrics(breaker: BreakerValue): Readonly<Record<string, number>> {
  const { generation, probes, probeSuccesses, probeFailures, evidence, calls } = breaker
  const { consecutiveFailures, failures } = evidence
  return Object.freeze({
    ...calls,
    generation,
    consecutiveFailures,
    failuresSinceClosed: failures,
    probesInFlight: probes.length,
    probeSuccesses,
    probeFailures,
    state: numberOfState(breaker.state),
  })
}

/** The breaker of this name, made at `now` (ms, default 0) if there is none, and the registry that holds it. */
export function getOrCreate(
  registry: BreakerRegistry,
  name: string,
  policy: Policy = defaultPolicy(),
  now = 0,
): readonly [BreakerValue, BreakerRegistry] {
  const existing = Object.hasOwn(registry, name) ? registry[name] : undefined
  if (existing !== undefined) return [existing, registry]
  const breaker = newBreaker(policy, now)
  return [breaker, update(registry, name, breaker)]
}

/** The registry with this breaker under this name. */
export function update(registry: BreakerRegistry, name: string, breaker: BreakerValue): BreakerRegistry {
  // A computed key, so that the name `__proto__` is a name like any other.
  return Object.freeze({ ...registry, [name]: breaker })
}

/**
 * The registry with the breaker of this name closed and its evidence cleared, at `now` (ms, default 0). Calls admitted
 * before are late. An unknown name changes nothing.
 */
export function reset(
  registry: BreakerRegistry,
  name: string,
  policy: Policy = defaultPolicy(),
  now = 0,
): BreakerRegistry {
  const breaker = Object.hasOwn(registry, name) ? registry[name] : undefined
  if (breaker === undefined) return registry
  return update(registry, name, reduce(breaker, policy, { type: 'reset', at: now }))
}

function record(
  type: 'succeed' | 'fail' | 'ignore',
  breaker: BreakerValue,
  policy: Policy,
  now: number,
  { permit, durationMs = Number.NaN, isSlow = false }: Report,
): BreakerValue {
  const event = (generation: number): BreakerEvent => ({ type, generation, ...permit, durationMs, isSlow, at: now })
  if (permit !== undefined) return reduce(breaker, policy, event(permit.generation))
  // Without a permit it counts in the present state, and returns the oldest permit.
  const current = reduce(breaker, policy, { type: 'elapse', at: now })
  const probe = current.probes[0]?.id
  const report = event(current.generation)
  return reduce(current, policy, probe === undefined ? report : ({ ...report, probe } as BreakerEvent))
}
