// The breaker once more, as one pure function over frozen values: the statechart's wiring, the same rules.
// For uses without a runtime, and as the second opinion that the tests ask about every history.
import { type Calls, newCalls } from './calls.ts'
import type { CommandEvent } from './commands.ts'
import * as rules from './decide.ts'
import { freeze } from './freeze.ts'
import type { Policy } from './policy.ts'
import { afterAdmission, afterRejection } from './ramp.ts'
import type { Reason } from './reasons.ts'
import type { BreakerState } from './states.ts'
import {
  addFailure,
  addSlow,
  addSuccess,
  copyEvidence,
  type Evidence,
  refitEvidence,
  triggerAfter,
} from './triggers/index.ts'
import { isSlowCall } from './triggers/slow-calls.ts'

/** An immutable, JSON-serialisable breaker. */
export interface BreakerValue extends Readonly<rules.Generation> {
  /** As of the last event: time that has passed since then shows at the next. */
  readonly state: BreakerState
  /** The evidence: counts and windows. */
  readonly evidence: Readonly<Evidence>
  /** Calls and their outcomes since the breaker was made. */
  readonly calls: Readonly<Calls>
  /** Chooses the jitter of the backoff. */
  readonly seed: number
}

type Draft = rules.BreakerData & { state: BreakerState; calls: Calls; readonly seed: number }
type Report = Extract<rules.BreakerEvent, { type: 'succeed' | 'fail' | 'ignore' }>

export function newBreakerValue(policy: Policy, now: number, seed: number): BreakerValue {
  return freeze({ ...rules.newData(policy, now), state: 'closed', calls: newCalls(), seed })
}

/** The breaker after `event`; timers that are due by then come first, in order. */
export function reduce(breaker: BreakerValue, policy: Policy, event: rules.BreakerEvent): BreakerValue {
  const draft: Draft = { ...breaker, evidence: copyEvidence(breaker.evidence), calls: { ...breaker.calls } }
  for (
    let due = rules.overdueEvent(draft.state, draft, event.at);
    due !== null;
    due = rules.overdueEvent(draft.state, draft, event.at)
  ) {
    apply(draft, policy, due)
  }
  apply(draft, policy, event)
  // Each probe is frozen from its birth: not looked at again, for there may be thousands.
  Object.freeze(draft.probes)
  return freeze(draft)
}

/** The breaker taken up again after a crash: state, deadline and evidence stay, what was admitted before is late. */
export function resumed(breaker: BreakerValue): BreakerValue {
  const draft = { ...breaker }
  rules.resume(draft)
  return freeze(draft)
}

function apply(draft: Draft, policy: Policy, event: rules.BreakerEvent): void {
  switch (event.type) {
    case 'admit':
      admit(draft, policy, event.probe, event.at)
      break
    case 'succeed':
    case 'fail':
    case 'ignore':
      report(draft, policy, event)
      break
    case 'slow':
      becomeSlow(draft, policy, event.at)
      break
    case 'elapse':
      elapse(draft, policy, event.at)
      break
    case 'leaseExpired':
      expireLease(draft, policy, event.probe, event.at)
      break
    case 'configure':
      draft.evidence = refitEvidence(draft.evidence, policy, event.policy, event.at)
      break
    default:
      command(draft, policy, event)
  }
}

function command(draft: Draft, policy: Policy, event: CommandEvent & { readonly at: number }): void {
  const { at } = event
  switch (event.type) {
    case 'trip':
      trip(draft, policy, event.message, at, event.openForMs)
      break
    case 'probe':
      if (draft.state === 'open') beginTrial(draft, { type: 'probeRequested', message: event.message })
      break
    case 'reset':
      close(draft, policy, { type: 'reset' }, at)
      break
    case 'isolate':
      hold(draft, 'forcedOpen', { type: 'isolated' })
      break
    case 'disable':
      hold(draft, 'disabled', { type: 'disabled' })
      break
    case 'enable':
      if (draft.state === 'forcedOpen' || draft.state === 'disabled') close(draft, policy, { type: 'enabled' }, at)
      break
    default:
      event satisfies never
  }
}

function trip(draft: Draft, policy: Policy, message: string, at: number, openForMs?: number): void {
  const reason = { type: 'tripped', message } as const
  if (draft.state === 'open') rules.stayOpen(draft, policy, reason, at, draft.seed, openForMs)
  else open(draft, policy, reason, at, openForMs)
}

function elapse(draft: Draft, policy: Policy, at: number): void {
  if (draft.state === 'open' && rules.isDue(draft, at)) beginTrial(draft, { type: 'openTimeElapsed' })
  else if (rules.isRampOver(draft, at)) close(draft, policy, rules.closedByRamp(draft), at)
}

function beginTrial(draft: Draft, reason: Reason): void {
  draft.state = 'halfOpen'
  rules.enter(draft, reason)
}

function expireLease(draft: Draft, policy: Policy, probe: number, at: number): void {
  if (draft.state === 'halfOpen' && rules.holdsProbe(draft, probe)) failProbe(draft, policy, probe, at)
}

function admit(draft: Draft, policy: Policy, probe: number, at: number): void {
  const { state, calls } = draft
  const isTried = state === 'halfOpen' && rules.admitsWhileHalfOpen(draft, policy, at)
  if (draft.ramp !== null)
    draft.ramp = isTried ? afterAdmission(draft.ramp, policy, probe, at) : afterRejection(draft.ramp, policy, at)
  else if (isTried) rules.reserveProbe(draft, policy, probe, at)
  if (isTried || state === 'closed' || state === 'disabled') calls.allowed++
  else calls.rejected++
}

function report(draft: Draft, policy: Policy, event: Report): void {
  const { state, calls } = draft
  if (rules.isLate(draft, event.generation, event.probe)) {
    calls.late++
    return
  }
  if (event.type === 'succeed') calls.succeeded++
  else if (event.type === 'fail') calls.failed++
  else calls.ignored++
  if (event.type !== 'ignore' && event.isSlow !== true && isSlowCall(policy, event.durationMs)) calls.slow++

  if (state === 'closed') judge(draft, policy, event)
  else if (state === 'halfOpen') {
    if (event.type === 'fail') failProbe(draft, policy, event.probe, event.at)
    else if (event.type === 'succeed') succeedProbe(draft, policy, event.probe, event.at)
    else rules.releaseProbe(draft, event.probe)
  } else if (state === 'open' && event.type === 'fail' && policy.openTimeoutFrom === 'lastFailure') {
    rules.extendOpen(draft, policy, event.at, draft.seed)
  }
}

function becomeSlow(draft: Draft, policy: Policy, at: number): void {
  if (draft.state !== 'closed') return
  draft.calls.slow++
  addSlow(draft.evidence, policy, at)
  const reason = triggerAfter('slow', draft.evidence, policy, at)
  if (reason !== null) open(draft, policy, reason, at)
}

function judge(draft: Draft, policy: Policy, { type, at, durationMs, isSlow }: Report): void {
  if (type === 'ignore') return
  if (type === 'succeed') addSuccess(draft.evidence, policy, at, durationMs, isSlow)
  else addFailure(draft.evidence, policy, at, durationMs, isSlow)
  const reason = triggerAfter(type, draft.evidence, policy, at)
  if (reason !== null) open(draft, policy, reason, at)
}

function succeedProbe(draft: Draft, policy: Policy, probe: number | undefined, at: number): void {
  if (draft.ramp !== null) draft.probeSuccesses++
  else if (rules.rampsAfterSuccess(draft, policy)) rules.beginRamp(draft, policy, at)
  else if (rules.closesAfterSuccess(draft, policy)) close(draft, policy, rules.closedByProbes(draft, policy), at)
  else {
    draft.probeSuccesses++
    rules.releaseProbe(draft, probe)
  }
}

function failProbe(draft: Draft, policy: Policy, probe: number | undefined, at: number): void {
  if (rules.reopensAfterFailure(draft, policy)) open(draft, policy, rules.reopenedByProbes(draft, policy), at)
  else {
    draft.probeFailures++
    rules.releaseProbe(draft, probe)
  }
}

function open(draft: Draft, policy: Policy, reason: Reason, at: number, openForMs?: number): void {
  draft.state = 'open'
  rules.enterOpen(draft, policy, reason, at, draft.seed, openForMs)
}

function close(draft: Draft, policy: Policy, reason: Reason, at: number): void {
  draft.state = 'closed'
  rules.enterClosed(draft, policy, reason, at)
}

function hold(draft: Draft, state: 'forcedOpen' | 'disabled', reason: Reason): void {
  if (draft.state === state) return
  draft.state = state
  rules.enter(draft, reason)
}
