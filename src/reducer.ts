// The breaker once more, as one pure function over frozen values: the statechart's wiring, the same rules.
// For uses without a runtime, and as the second opinion that the tests ask about every history.
import { type Calls, newCalls } from './calls.ts'
import * as rules from './decide.ts'
import type { Policy } from './policy.ts'
import { addFailure, addSuccess, copyTally, refitTally, type Tally } from './tally.ts'
import { firedTrigger, type Reason } from './triggers.ts'

/** An immutable, JSON-serialisable breaker. */
export interface BreakerValue extends Readonly<rules.Stay> {
  readonly state: rules.BreakerState
  readonly tally: Readonly<Tally>
  readonly calls: Readonly<Calls>
  /** Chooses the jitter of the backoff. */
  readonly seed: number
}

type Draft = rules.Decision & { state: rules.BreakerState; calls: Calls; readonly seed: number }
type Report = Extract<rules.BreakerEvent, { type: 'succeed' | 'fail' | 'ignore' }>
type Command = Extract<rules.BreakerEvent, { type: 'trip' | 'reset' | 'isolate' | 'disable' | 'enable' }>

export function newBreakerValue(policy: Policy, now: number, seed: number): BreakerValue {
  return freeze({ ...rules.newDecision(policy, now), state: 'closed', calls: newCalls(), seed })
}

/** The breaker after `event`; timers that are due by then come first, in order. */
export function reduce(breaker: BreakerValue, policy: Policy, event: rules.BreakerEvent): BreakerValue {
  const draft: Draft = {
    ...breaker,
    probes: [...breaker.probes],
    tally: copyTally(breaker.tally),
    calls: { ...breaker.calls },
  }
  for (
    let due = rules.overdueEvent(draft.state, draft, event.at);
    due !== null;
    due = rules.overdueEvent(draft.state, draft, event.at)
  ) {
    apply(draft, policy, due)
  }
  apply(draft, policy, event)
  return freeze(draft)
}

function apply(draft: Draft, policy: Policy, event: rules.BreakerEvent): void {
  const { at, type } = event
  if (type === 'admit') admit(draft, policy, event.probe, at)
  else if (type === 'succeed' || type === 'fail' || type === 'ignore') report(draft, policy, event)
  else if (type === 'elapse') elapse(draft, at)
  else if (type === 'leaseExpired') expireLease(draft, policy, event.probe, at)
  else if (type === 'configure') draft.tally = refitTally(draft.tally, policy, event.policy, at)
  else command(draft, policy, event)
}

function command(draft: Draft, policy: Policy, event: Command): void {
  const { type, at } = event
  const held = draft.state === 'forcedOpen' || draft.state === 'disabled'
  if (type === 'trip' && draft.state !== 'open') open(draft, policy, { type: 'tripped', message: event.message }, at)
  if (type === 'reset') close(draft, policy, { type: 'reset' }, at)
  if (type === 'enable' && held) close(draft, policy, { type: 'enabled' }, at)
  if (type === 'isolate') hold(draft, 'forcedOpen', { type: 'isolated' })
  if (type === 'disable') hold(draft, 'disabled', { type: 'disabled' })
}

function elapse(draft: Draft, at: number): void {
  if (draft.state !== 'open' || !rules.isDue(draft, at)) return
  draft.state = 'halfOpen'
  rules.enter(draft, { type: 'openTimeElapsed' })
}

function expireLease(draft: Draft, policy: Policy, probe: number, at: number): void {
  if (draft.state === 'halfOpen' && rules.holdsProbe(draft, probe)) failProbe(draft, policy, probe, at)
}

function admit(draft: Draft, policy: Policy, probe: number, at: number): void {
  const { state, calls } = draft
  const probes = state === 'halfOpen' && rules.hasPermit(draft, policy)
  if (probes) rules.reserveProbe(draft, policy, probe, at)
  if (probes || state === 'closed' || state === 'disabled') calls.allowed++
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
  if (policy.slowCalls !== null && event.durationMs > policy.slowCalls.slowerThanMs) calls.slow++

  if (state === 'closed') judge(draft, policy, event)
  else if (state === 'halfOpen') {
    if (event.type === 'fail') failProbe(draft, policy, event.probe, event.at)
    else if (event.type === 'succeed') succeedProbe(draft, policy, event.probe, event.at)
    else rules.releaseProbe(draft, event.probe)
  } else if (state === 'open' && event.type === 'fail' && policy.openTimeoutFrom === 'lastFailure') {
    rules.extendOpen(draft, policy, event.at, draft.seed)
  }
}

function judge(draft: Draft, policy: Policy, { type, at, durationMs }: Report): void {
  if (type === 'ignore') return
  if (type === 'succeed') addSuccess(draft.tally, policy, at, durationMs)
  else addFailure(draft.tally, policy, at, durationMs)
  const reason = firedTrigger(draft.tally, policy, at)
  if (reason !== null) open(draft, policy, reason, at)
}

function succeedProbe(draft: Draft, policy: Policy, probe: number | undefined, at: number): void {
  if (rules.closesAfterSuccess(draft, policy)) close(draft, policy, rules.closedByProbes(draft, policy), at)
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

function open(draft: Draft, policy: Policy, reason: Reason, at: number): void {
  draft.state = 'open'
  rules.enterOpen(draft, policy, reason, at, draft.seed)
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

function freeze<T extends object>(value: T): T {
  for (const member of Object.values(value)) {
    if (typeof member === 'object' && member !== null && !Object.isFrozen(member)) freeze(member)
  }
  return Object.freeze(value)
}
