// Decision: what a breaker has decided about the stay it is in, and the rules that change it, each stated once.
// The rules change a Decision in place: the machine's `assign` and the pure layer copy it first.
import { backoffMs } from './backoff.ts'
import type { Policy } from './policy.ts'
import { NO_PROBES, type Probe, placeOf, soonestLease, withoutProbe, withProbe } from './probes.ts'
import { admitsNext, newRamp, type Ramp } from './ramp.ts'
import { newTally, type Tally } from './tally.ts'
import type { Reason } from './triggers.ts'

/**
 * `closed` admits every call, `open` rejects every call, `halfOpen` admits a few probes; operators hold a breaker in
 * `forcedOpen` (rejects) or `disabled` (admits).
 */
export type BreakerState = 'closed' | 'open' | 'halfOpen' | 'forcedOpen' | 'disabled'

/** `at` is when it happened, in ms; `tally` is evidence: what was folded since the last event, this outcome included. */
type At = { readonly at: number; tally?: Tally | undefined }
/** What the call was admitted with: its generation, and its probe if that was half-open. */
export type Admission = {
  /** Number of the stay it was admitted in. */
  readonly generation: number
  /** Number of the probe; absent unless it was admitted while half-open. */
  readonly probe?: number
}

/** Everything that can happen to a breaker. The number of a probe is above those of all before it. */
export type BreakerEvent =
  | (At & { readonly type: 'admit'; readonly probe: number })
  | (At &
      Admission & {
        readonly type: 'succeed' | 'fail' | 'ignore'
        readonly durationMs: number
        /** It has counted as slow while it was in flight. */
        readonly isSlow?: boolean
      })
  /** A call of this stay that is still in flight has become slow. */
  | (At & { readonly type: 'slow' })
  | (At & { readonly type: 'elapse' })
  | (At & { readonly type: 'leaseExpired'; readonly probe: number })
  | (At & { readonly type: 'trip'; readonly message: string; readonly openForMs?: number })
  | (At & { readonly type: 'probe'; readonly message: string })
  | (At & { readonly type: 'reset' | 'isolate' | 'disable' | 'enable' })
  | (At & { readonly type: 'configure'; readonly policy: Policy })

/** What a breaker has decided about its stay. */
export interface Stay {
  /** Number of the current stay in a state. A permit of another generation is late. */
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
  /** What probes of this generation came to; of the ramp, once that has begun. */
  probeSuccesses: number
  probeFailures: number
}

export interface Decision extends Stay {
  tally: Tally
}

/** Where every breaker begins. */
export const FIRST_STAY: Stay = Object.freeze({
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

export function newDecision(policy: Policy, now: number): Decision {
  return copyDecision(FIRST_STAY, newTally(policy, now))
}

/** A decision of one's own, to apply rules to. By its fields: where shapes differ, Node 20 takes microseconds to spread it. */
export function copyDecision(stay: Stay, tally: Tally): Decision {
  return {
    generation: stay.generation,
    reason: stay.reason,
    openedAt: stay.openedAt,
    deadline: stay.deadline,
    openings: stay.openings,
    probes: stay.probes,
    ramp: stay.ramp,
    probeSuccesses: stay.probeSuccesses,
    probeFailures: stay.probeFailures,
    tally,
  }
}

/** The stay of a crashed actor, taken up again: what was admitted before is late, probes start over (R06, R30). */
export function resume(stay: Stay): void {
  stay.generation++
  forgetProbes(stay)
}

function forgetProbes(stay: Stay): void {
  stay.probes = NO_PROBES
  stay.probeSuccesses = 0
  stay.probeFailures = 0
}

/** Begins a new generation in any state but open. The reason is handed out in events and errors, to be read only. */
export function enter(stay: Stay, reason: Reason): void {
  resume(stay)
  stay.ramp = null
  stay.reason = Object.freeze(reason)
  stay.openedAt = null
  stay.deadline = null
}

export function enterClosed(decision: Decision, policy: Policy, reason: Reason, at: number): void {
  enter(decision, reason)
  decision.openings = 0
  decision.tally = newTally(policy, at)
}

/** For `openForMs`, or as long as the policy says. */
export function enterOpen(
  stay: Stay,
  policy: Policy,
  reason: Reason,
  at: number,
  seed: number,
  openForMs?: number,
): void {
  stay.openings++
  stayOpen(stay, policy, reason, at, seed, openForMs)
  stay.openedAt = at
}

/**
 * Tripped while open: the open time starts again, for the reason and the time that are given now. It is the same opening
 * still: it has been open since then, and a backoff grows by what the service does, not by what operators say.
 */
export function stayOpen(
  stay: Stay,
  policy: Policy,
  reason: Reason,
  at: number,
  seed: number,
  openForMs?: number,
): void {
  const { openedAt } = stay
  enter(stay, reason)
  stay.openedAt = openedAt
  stay.deadline = at + (openForMs ?? openTimeMs(policy, stay, seed))
}

/** Enough probes have succeeded, and the policy wants a ramp: the same stay goes on, without probes. */
export function beginRamp(stay: Stay, policy: Policy, at: number): void {
  forgetProbes(stay)
  stay.ramp = newRamp(policy, at)
}

/** A failure reported while open counts as the last failure (snakepit): the open time starts again. */
export function extendOpen(stay: Stay, policy: Policy, at: number, seed: number): void {
  stay.deadline = at + openTimeMs(policy, stay, seed)
}

/** An outcome is late when its permit is of another generation, or has lost its lease. */
export function isLate(
  stay: Pick<Stay, 'generation' | 'probes'>,
  generation: number,
  probe: number | undefined,
): boolean {
  return stay.generation !== generation || (probe !== undefined && !holdsProbe(stay, probe))
}

export function holdsProbe(stay: Pick<Stay, 'probes'>, probe: number): boolean {
  return placeOf(stay.probes, probe) >= 0
}

/** Whether a half-open breaker admits the next call: as a probe, or as part of the ramp's share. */
export function admitsWhileHalfOpen(stay: Stay, policy: Policy, at: number): boolean {
  return stay.ramp === null ? hasPermit(stay, policy) : admitsNext(stay.ramp, policy, at)
}

/** Whether a call was admitted while half-open: by its number it holds a probe's permit, or has its share of the ramp. */
export function wasAdmitted({ probes, ramp }: Stay, call: number): boolean {
  return ramp === null ? placeOf(probes, call) >= 0 : ramp.lastAdmitted === call
}

/** Whether a call may probe now; none may where reports alone do. */
export function hasPermit(stay: Stay, policy: Policy): boolean {
  return policy.probes === 'calls' && stay.probes.length < policy.halfOpenMaxCalls
}

/** Whether the open time has passed; exactly at the deadline it has. */
export function isDue(stay: Stay, now: number): boolean {
  return stay.deadline !== null && now >= stay.deadline
}

/** Whether every call is to be admitted again. */
export function isRampOver({ ramp }: Stay, now: number): boolean {
  return ramp !== null && now >= ramp.endsAt
}

/** What a timer should have told by `now`, soonest first: `null` unless the event loop was stalled. */
export function overdueEvent(state: BreakerState, stay: Stay, now: number): BreakerEvent | null {
  if (state === 'open' && stay.deadline !== null && isDue(stay, now)) return { type: 'elapse', at: stay.deadline }
  if (state !== 'halfOpen') return null
  if (stay.ramp !== null) return isRampOver(stay, now) ? { type: 'elapse', at: stay.ramp.endsAt } : null
  const first = soonestLease(stay.probes)
  if (first === undefined || first.expiresAt > now) return null
  return { type: 'leaseExpired', probe: first.id, at: first.expiresAt }
}

export function reserveProbe(stay: Stay, policy: Policy, id: number, at: number): void {
  stay.probes = withProbe(stay.probes, id, at + policy.probeTimeoutMs)
}

export function releaseProbe(stay: Stay, probe: number | undefined): void {
  if (probe !== undefined) stay.probes = withoutProbe(stay.probes, probe)
}

/** Whether one more success closes. */
export function closesAfterSuccess(stay: Stay, policy: Policy): boolean {
  return stay.probeSuccesses + 1 >= policy.successThreshold
}

/** Whether one more success begins the ramp. */
export function rampsAfterSuccess(stay: Stay, policy: Policy): boolean {
  return policy.recoveryRamp !== null && closesAfterSuccess(stay, policy)
}

/** Whether one more failure reopens. */
export function reopensAfterFailure(stay: Stay, policy: Policy): boolean {
  return stay.probeFailures + 1 >= policy.halfOpenFailureThreshold
}

export function closedByProbes(stay: Stay, policy: Policy): Reason {
  return {
    type: 'probeSuccesses',
    successes: stay.probeSuccesses + 1,
    threshold: policy.successThreshold,
  }
}

export function closedByRamp({ ramp }: Stay): Reason {
  return { type: 'rampEnded', durationMs: ramp === null ? 0 : ramp.endsAt - ramp.startedAt }
}

export function reopenedByProbes(stay: Stay, policy: Policy): Reason {
  return {
    type: 'probeFailures',
    failures: stay.probeFailures + 1,
    threshold: policy.halfOpenFailureThreshold,
  }
}

function openTimeMs(policy: Policy, stay: Stay, seed: number): number {
  const { openTimeoutMs, backoff } = policy
  if (backoff === null) return openTimeoutMs
  return backoffMs(openTimeoutMs, backoff, stay.openings - 1, seed, stay.generation)
}

/** Endpoints that open together should not probe together: each has a jitter of its own (FNV-1a of the name). */
export function seedOf(seed: number, name: string): number {
  let hash = seed ^ 0x811c9dc5
  for (let index = 0; index < name.length; index++) hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193)
  return hash >>> 0
}
