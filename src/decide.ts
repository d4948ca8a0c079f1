// Decision: what a breaker has decided about the stay it is in, and the rules that change it, each stated once.
// The rules change a Decision in place: the machine's `assign` and the pure layer copy it first.
import type { Policy } from './policy.ts'
import { newTally, type Tally } from './tally.ts'
import type { Reason } from './triggers.ts'

export type BreakerState = 'closed' | 'open' | 'halfOpen' | 'forcedOpen' | 'disabled'

/** A permit held by a call that was admitted while half-open, until it reports or its lease ends. */
export interface Probe {
  readonly id: number
  readonly expiresAt: number
}

export interface Decision {
  /** Number of the current stay in a state. A permit of another generation is late. */
  generation: number
  reason: Reason | null
  /** When the breaker opened, and when it goes half-open; `null` unless open. */
  openedAt: number | null
  deadline: number | null
  /** Openings since it was last closed: the exponent of the backoff. */
  openings: number
  /** Probes in flight, oldest first; and what probes of this generation came to. */
  probes: Probe[]
  probeSuccesses: number
  probeFailures: number
  tally: Tally
}

export function newDecision(policy: Policy, now: number): Decision {
  return {
    generation: 0,
    reason: null,
    openedAt: null,
    deadline: null,
    openings: 0,
    probes: [],
    probeSuccesses: 0,
    probeFailures: 0,
    tally: newTally(policy, now),
  }
}

/** The stay of a crashed actor, taken up again: what was admitted before is late, probes start over (R06, R30). */
export function resume(decision: Decision): void {
  decision.generation++
  decision.probes = []
  decision.probeSuccesses = 0
  decision.probeFailures = 0
}

/** Begins a new generation in any state but open. */
export function enter(decision: Decision, reason: Reason): void {
  resume(decision)
  decision.reason = reason
  decision.openedAt = null
  decision.deadline = null
}

export function enterClosed(decision: Decision, policy: Policy, reason: Reason, at: number): void {
  enter(decision, reason)
  decision.openings = 0
  decision.tally = newTally(policy, at)
}

export function enterOpen(decision: Decision, policy: Policy, reason: Reason, at: number, seed: number): void {
  enter(decision, reason)
  decision.openings++
  decision.openedAt = at
  decision.deadline = at + openTimeMs(policy, decision, seed)
}

/** A failure reported while open counts as the last failure (snakepit): the open time starts again. */
export function extendOpen(decision: Decision, policy: Policy, at: number, seed: number): void {
  decision.deadline = at + openTimeMs(policy, decision, seed)
}

/** An outcome is late when its permit is of another generation, or has lost its lease. */
export function isLate(decision: Decision, generation: number, probe: number | undefined): boolean {
  return decision.generation !== generation || (probe !== undefined && !holdsProbe(decision, probe))
}

export function holdsProbe(decision: Decision, probe: number): boolean {
  return decision.probes.some(({ id }) => id === probe)
}

export function hasPermit(decision: Decision, policy: Policy): boolean {
  return decision.probes.length < policy.halfOpenMaxCalls
}

/** An event exactly at the deadline has elapsed. */
export function isDue(decision: Decision, now: number): boolean {
  return decision.deadline !== null && now >= decision.deadline
}

export function reserveProbe(decision: Decision, policy: Policy, id: number, at: number): void {
  decision.probes = [...decision.probes, { id, expiresAt: at + policy.probeTimeoutMs }]
}

export function releaseProbe(decision: Decision, probe: number | undefined): void {
  if (probe !== undefined) decision.probes = decision.probes.filter(({ id }) => id !== probe)
}

/** Whether one more success closes. */
export function closesAfterSuccess(decision: Decision, policy: Policy): boolean {
  return decision.probeSuccesses + 1 >= policy.successThreshold
}

/** Whether one more failure reopens. */
export function reopensAfterFailure(decision: Decision, policy: Policy): boolean {
  return decision.probeFailures + 1 >= policy.halfOpenFailureThreshold
}

export function closedByProbes(decision: Decision, policy: Policy): Reason {
  return {
    type: 'probeSuccesses',
    successes: decision.probeSuccesses + 1,
    threshold: policy.successThreshold,
  }
}

export function reopenedByProbes(decision: Decision, policy: Policy): Reason {
  return {
    type: 'probeFailures',
    failures: decision.probeFailures + 1,
    threshold: policy.halfOpenFailureThreshold,
  }
}

function openTimeMs(policy: Policy, decision: Decision, seed: number): number {
  const { openTimeoutMs, backoff } = policy
  if (backoff === null) return openTimeoutMs
  const grown = Math.min(backoff.maxMs, openTimeoutMs * backoff.factor ** (decision.openings - 1))
  return grown * (1 - backoff.jitter * fraction(seed, decision.generation))
}

/** A number in [0, 1) that depends on seed and generation alone, so that a history can be replayed (splitmix32). */
function fraction(seed: number, generation: number): number {
  let hash = (seed + Math.imul(generation, 0x9e3779b9)) | 0
  hash = Math.imul(hash ^ (hash >>> 16), 0x21f0aaad)
  hash = Math.imul(hash ^ (hash >>> 15), 0x735a2d97)
  return ((hash ^ (hash >>> 15)) >>> 0) / 2 ** 32
}
