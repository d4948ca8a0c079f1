// Decision: what a breaker has decided about the generation it is in, and the rules that change it, each stated once.
// The rules change a Decision in place: the machine's `assign` and the pure layer copy it first.
import { backoffMs } from './backoff.ts'
import type { CommandEvent } from './commands.ts'
import type { Policy } from './policy.ts'
import { indexOfProbe, NO_PROBES, type Probe, soonestLease, withoutProbe, withProbe } from './probes.ts'
import { admitsNext, newRamp, type Ramp } from './ramp.ts'
import type { Reason } from './reasons.ts'
import type { BreakerState } from './states.ts'
import { type Evidence, newEvidence } from './triggers/index.ts'

/** `at`: when it happened, in ms. `evidence`: what was folded since the last event, including this outcome. */
type At = { readonly at: number; evidence?: Evidence | undefined }
/** How the call was admitted: in which generation, and as which probe if that was half-open. */
export type Admission = {
  /** The number of the generation in which it was admitted. */
  readonly generation: number
  /** Number of the probe; absent unless it was admitted while half-open. */
  readonly probe?: number
}

/** Everything that can happen to a breaker. The number of a probe is higher than those of all before it. */
export type BreakerEvent =
  | (At & { readonly type: 'admit'; readonly probe: number })
  | (At &
      Admission & {
        readonly type: 'succeed' | 'fail' | 'ignore'
        readonly durationMs: number
        /** It was counted as slow while it was in flight. */
        readonly isSlow?: boolean
      })
  /** A call of this generation that is still in flight has become slow. */
  | (At & { readonly type: 'slow' })
  | (At & { readonly type: 'elapse' })
  | (At & { readonly type: 'leaseExpired'; readonly probe: number })
  | (At & CommandEvent)
  | (At & { readonly type: 'configure'; readonly policy: Policy })

/** What a breaker has decided about its generation. */
export interface Generation {
  /** The number of the current generation. A permit of another generation is late. */
  generation: number
  reason: Reason | null
  /** When the breaker opened, and when it goes half-open; `null` unless open. */
  openedAt: number | null
  deadline: number | null
  /** Openings since it was last closed: the exponent of the backoff. */
  openings: number
  /** Probes in flight, oldest first, by ascending number. Replaced at each change, so that a copy may share it. */
  probes: readonly Probe[]
  /** While half-open, once enough probes have succeeded, if the policy wants a ramp; else `null`. */
  ramp: Ramp | null
  /** Outcomes of the probes of this generation; of the ramp, once it has begun. */
  probeSuccesses: number
  probeFailures: number
}

export interface BreakerData extends Generation {
  evidence: Evidence
}

/** Where every breaker begins. */
export const FIRST_GENERATION: Generation = Object.freeze({
  generation: 0,
  reason: null,
  openedAt: null,
  deadline: null,
  openings: 0,
  probes: NO_PROBES,
  ramp: null,
  probeSuccesses: 0,
  probeFailures: 0,
})

export function newData(policy: Policy, now: number): BreakerData {
  return copyData(FIRST_GENERATION, newEvidence(policy, now))
}

/**
 * A separate copy of the decision, to apply rules to. Field by field: if shapes differ, Node 20 takes microseconds to
 * spread it.
 */
export function copyData(current: Generation, evidence: Evidence): BreakerData {
  return {
    generation: current.generation,
    reason: current.reason,
    openedAt: current.openedAt,
    deadline: current.deadline,
    openings: current.openings,
    probes: current.probes,
    ramp: current.ramp,
    probeSuccesses: current.probeSuccesses,
    probeFailures: current.probeFailures,
    evidence,
  }
}

/** The generation of a crashed actor continues: calls admitted before are late, probes start over (R06, R30). */
export function resume(current: Generation): void {
  current.generation++
  forgetProbes(current)
}

function forgetProbes(current: Generation): void {
  current.probes = NO_PROBES
  current.probeSuccesses = 0
  current.probeFailures = 0
}

/** Begins a new generation in any state but open. The reason appears in events and errors, to be read only. */
export function enter(current: Generation, reason: Reason): void {
  resume(current)
  current.ramp = null
  current.reason = Object.freeze(reason)
  current.openedAt = null
  current.deadline = null
}

export function enterClosed(data: BreakerData, policy: Policy, reason: Reason, at: number): void {
  enter(data, reason)
  data.openings = 0
  data.evidence = newEvidence(policy, at)
}

/** For `openForMs`, or as long as the policy says. */
export function enterOpen(
  current: Generation,
  policy: Policy,
  reason: Reason,
  at: number,
  seed: number,
  openForMs?: number,
): void {
  current.openings++
  stayOpen(current, policy, reason, at, seed, openForMs)
  current.openedAt = at
}

/**
 * Tripped while open: the open time starts again, with the new reason and length. It is still the same opening: it has been
 * open since then, and the backoff grows by what the service does, not by what operators do.
 */
export function stayOpen(
  current: Generation,
  policy: Policy,
  reason: Reason,
  at: number,
  seed: number,
  openForMs?: number,
): void {
  const { openedAt } = current
  enter(current, reason)
  current.openedAt = openedAt
  current.deadline = at + (openForMs ?? openTimeMs(policy, current, seed))
}

/** Enough probes have succeeded, and the policy wants a ramp: the same generation goes on, without probes. */
export function beginRamp(current: Generation, policy: Policy, at: number): void {
  forgetProbes(current)
  current.ramp = newRamp(policy, at)
}

/** A failure reported while open counts as the last failure (snakepit): the open time starts again. */
export function extendOpen(current: Generation, policy: Policy, at: number, seed: number): void {
  current.deadline = at + openTimeMs(policy, current, seed)
}

/** An outcome is late when its permit is of another generation, or has lost its lease. */
export function isLate(
  current: Pick<Generation, 'generation' | 'probes'>,
  generation: number,
  probe: number | undefined,
): boolean {
  return current.generation !== generation || (probe !== undefined && !holdsProbe(current, probe))
}

export function holdsProbe(current: Pick<Generation, 'probes'>, probe: number): boolean {
  return indexOfProbe(current.probes, probe) >= 0
}

/** Whether a half-open breaker admits the next call: as a probe, or as part of the ramp's share. */
export function admitsWhileHalfOpen(current: Generation, policy: Policy, at: number): boolean {
  return current.ramp === null ? hasPermit(current, policy) : admitsNext(current.ramp, policy, at)
}

/** Whether a call was admitted while half-open: by its number it holds a probe's permit, or has its share of the ramp. */
export function wasAdmitted({ probes, ramp }: Generation, call: number): boolean {
  return ramp === null ? indexOfProbe(probes, call) >= 0 : ramp.lastAdmitted === call
}

/** Whether a call may probe now. Under `probes: 'reports'` none may. */
export function hasPermit(current: Generation, policy: Policy): boolean {
  return policy.probes === 'calls' && current.probes.length < policy.halfOpenMaxCalls
}

/** Whether the open time has passed; exactly at the deadline it has. */
export function isDue(current: Generation, now: number): boolean {
  return current.deadline !== null && now >= current.deadline
}

/** Whether every call must be admitted again. */
export function isRampOver({ ramp }: Generation, now: number): boolean {
  return ramp !== null && now >= ramp.endsAt
}

/** What a timer should have done by `now`, soonest first; `null` unless the event loop was stalled. */
export function overdueEvent(state: BreakerState, current: Generation, now: number): BreakerEvent | null {
  if (state === 'open' && current.deadline !== null && isDue(current, now))
    return { type: 'elapse', at: current.deadline }
  if (state !== 'halfOpen') return null
  if (current.ramp !== null) return isRampOver(current, now) ? { type: 'elapse', at: current.ramp.endsAt } : null
  const first = soonestLease(current.probes)
  if (first === undefined || first.expiresAt > now) return null
  return { type: 'leaseExpired', probe: first.id, at: first.expiresAt }
}

export function reserveProbe(current: Generation, policy: Policy, id: number, at: number): void {
  current.probes = withProbe(current.probes, id, at + policy.probeTimeoutMs)
}

export function releaseProbe(current: Generation, probe: number | undefined): void {
  if (probe !== undefined) current.probes = withoutProbe(current.probes, probe)
}

/** Whether one more success closes. */
export function closesAfterSuccess(current: Generation, policy: Policy): boolean {
  return current.probeSuccesses + 1 >= policy.successThreshold
}

/** Whether one more success begins the ramp. */
export function rampsAfterSuccess(current: Generation, policy: Policy): boolean {
  return policy.recoveryRamp !== null && closesAfterSuccess(current, policy)
}

/** Whether one more failure reopens. */
export function reopensAfterFailure(current: Generation, policy: Policy): boolean {
  return current.probeFailures + 1 >= policy.halfOpenFailureThreshold
}

export function closedByProbes(current: Generation, policy: Policy): Reason {
  return {
    type: 'probeSuccesses',
    successes: current.probeSuccesses + 1,
    threshold: policy.successThreshold,
  }
}

export function closedByRamp({ ramp }: Generation): Reason {
  return { type: 'rampEnded', durationMs: ramp === null ? 0 : ramp.endsAt - ramp.startedAt }
}

export function reopenedByProbes(current: Generation, policy: Policy): Reason {
  return {
    type: 'probeFailures',
    failures: current.probeFailures + 1,
    threshold: policy.halfOpenFailureThreshold,
  }
}

function openTimeMs(policy: Policy, current: Generation, seed: number): number {
  const { openTimeoutMs, backoff } = policy
  if (backoff === null) return openTimeoutMs
  return backoffMs(openTimeoutMs, backoff, current.openings - 1, seed, current.generation)
}
