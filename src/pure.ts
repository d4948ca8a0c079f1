// Public entry `switchgear/pure`: breakers as immutable values, after distribute's circuit_breaker (Gleam).
// No clock, no timer, no actor: the caller passes `now` in ms, from one clock that never goes back, and keeps the result.
import type { Admission, BreakerEvent, BreakerState } from './rules/decide.ts'
import { defaultPolicy, type Policy } from './rules/policy.ts'
import { type BreakerValue, newBreakerValue, reduce } from './rules/reducer.ts'

export type { Calls } from './rules/calls.ts'
export type { Admission, BreakerEvent, BreakerState } from './rules/decide.ts'
export { defaultPolicy, type Policy } from './rules/policy.ts'
export { type BreakerValue, reduce } from './rules/reducer.ts'
export { describeReason, type Reason } from './rules/triggers.ts'

/** Breakers by name; a plain frozen object. */
export type BreakerRegistry = Readonly<Record<string, BreakerValue>>

/** What is known of a call when it has ended. */
export interface Report {
  /** From `shouldAllowRequest`. With it a late result is dropped (R06); without, it counts where the breaker is now. */
  readonly permit?: Admission | undefined
  /** Needed by slow-call rules only. */
  readonly durationMs?: number | undefined
}

/** A closed breaker. `now` and `policy` matter only to policies with windows; `seed` chooses the jitter of a backoff. */
export function newBreaker(policy: Policy = defaultPolicy(), now = 0, seed = 0): BreakerValue {
  return newBreakerValue(policy, now, seed)
}

/** Whether a request may be made now, the breaker after the question, and the permit to report with. */
export function shouldAllowRequest(
  breaker: BreakerValue,
  policy: Policy,
  now: number,
): { readonly allowed: boolean; readonly breaker: BreakerValue; readonly permit: Admission | undefined } {
  // Unique in the life of the breaker: each admission adds one.
  const probe = breaker.calls.allowed + 1
  const next = reduce(breaker, policy, { type: 'admit', probe, at: now })
  const allowed = next.calls.allowed > breaker.calls.allowed
  const { generation, state } = next
  const permit = state === 'halfOpen' ? { generation, probe } : { generation }
  return { allowed, breaker: next, permit: allowed ? permit : undefined }
}

export function recordSuccess(breaker: BreakerValue, policy: Policy, now: number, report: Report = {}): BreakerValue {
  return record('succeed', breaker, policy, now, report)
}

export function recordFailure(breaker: BreakerValue, policy: Policy, now: number, report: Report = {}): BreakerValue {
  return record('fail', breaker, policy, now, report)
}

/** Gives the permit back; the call counts neither way. */
export function recordIgnored(breaker: BreakerValue, policy: Policy, now: number, report: Report = {}): BreakerValue {
  return record('ignore', breaker, policy, now, report)
}

/** The figures of one breaker, for monitoring. */
export function getMetrics(breaker: BreakerValue): Readonly<Record<string, number>> {
  const { generation, probes, probeSuccesses, probeFailures, tally, calls } = breaker
  const { consecutiveFailures, failures } = tally
  return Object.freeze({
    ...calls,
    generation,
    consecutiveFailures,
    failuresSinceClosed: failures,
    probesInFlight: probes.length,
    probeSuccesses,
    probeFailures,
    state: GAUGE[breaker.state],
  })
}

/** The breaker of this name, and the registry that holds it. */
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

export function update(registry: BreakerRegistry, name: string, breaker: BreakerValue): BreakerRegistry {
  // A computed key, so that the name `__proto__` is a name like any other.
  return Object.freeze({ ...registry, [name]: breaker })
}

/** Closes the breaker of this name and clears its evidence; what was admitted before is late. Unknown: nothing changes. */
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

const GAUGE: Record<BreakerState, number> = { closed: 0, halfOpen: 1, open: 2, forcedOpen: 3, disabled: 4 }

function record(
  type: 'succeed' | 'fail' | 'ignore',
  breaker: BreakerValue,
  policy: Policy,
  now: number,
  { permit, durationMs = Number.NaN }: Report,
): BreakerValue {
  const event = (generation: number): BreakerEvent => ({ type, generation, ...permit, durationMs, at: now })
  if (permit !== undefined) return reduce(breaker, policy, event(permit.generation))
  // Without a permit it counts where the breaker is by now, and gives back the oldest permit out.
  const current = reduce(breaker, policy, { type: 'elapse', at: now })
  const probe = current.probes[0]?.id
  const report = event(current.generation)
  return reduce(current, policy, probe === undefined ? report : ({ ...report, probe } as BreakerEvent))
}
