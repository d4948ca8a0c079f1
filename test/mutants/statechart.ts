// Mutants of the statechart of a breaker (machines/breaker.machine.ts); the paths come from the sound one.
import type { Prey } from './hunt.ts'
import { plain, twoProbes } from './policies.ts'

const file = 'machines/breaker.machine.ts'

export const ofTheStatechart: readonly Prey[] = [
  {
    name: 'a permit is lost when its call is ignored',
    breaks: 'R03',
    file,
    find: "ignore: [{ guard: 'late' }, { actions: ['returnPermit', 'endLease'] }],",
    replace: "ignore: [{ guard: 'late' }, { actions: 'endLease' }],",
    policy: plain,
  },
  {
    name: 'a probe gets no lease',
    breaks: 'R07',
    file,
    find: "actions: ['reservePermit', 'startLease']",
    replace: "actions: 'reservePermit'",
    policy: plain,
  },
  {
    name: 'a lease that ends changes nothing',
    breaks: 'R07',
    file,
    find: "leaseExpired: [\n          { guard: 'late' },",
    replace: 'leaseExpired: [\n          { guard: () => true },',
    policy: plain,
  },
  {
    name: 'leases keep their timers after a reset',
    breaks: 'R08',
    file,
    find: "exit: 'endLeases',",
    replace: '',
    policy: plain,
  },
  {
    name: 'a late success closes',
    breaks: 'R06',
    file,
    find: "{ guard: 'late' },\n          { guard: 'lastSuccessNeeded'",
    replace: "{ guard: 'lastSuccessNeeded'",
    policy: { ...plain, successThreshold: 1 },
  },
  {
    name: 'a late failure reopens',
    breaks: 'R06',
    file,
    find: "fail: [\n          { guard: 'late' },\n          { guard: 'lastFailureAllowed'",
    replace: "fail: [\n          { guard: 'lastFailureAllowed'",
    policy: plain,
  },
  {
    name: 'it reopens without a new deadline',
    breaks: 'R04',
    file,
    find: 'reopen: open(({ context }) => rules.reopenedByProbes(context.decision, context.policy)),',
    replace:
      'reopen: decide((decision, { policy }) => rules.enter(decision, rules.reopenedByProbes(decision, policy))),',
    policy: plain,
  },
  {
    name: 'forced open times out',
    breaks: 'R08',
    file,
    find: "description: 'Every call is rejected until an operator says otherwise.',",
    replace: "after: { 1000: { target: 'halfOpen', actions: 'beginTrial' } },",
    policy: plain,
  },
  {
    name: 'a failure opens a disabled breaker',
    breaks: 'R08',
    file,
    find: "disable: { description: 'Already disabled.' },",
    replace: "disable: {}, fail: [{ guard: 'late' }, { target: 'open', actions: 'openByTrip' }],",
    policy: plain,
  },
  {
    name: 'an open breaker that is tripped waits once more',
    breaks: 'R08',
    file,
    find: "trip: { description: 'Already open.' },",
    replace: '',
    policy: plain,
  },
  {
    name: 'isolating twice begins a new stay',
    breaks: 'R08',
    file,
    find: "isolate: { description: 'Already forced open.' },",
    replace: '',
    policy: plain,
  },
  {
    name: 'a restarted breaker forgets that it was forced open',
    breaks: 'R30',
    file,
    find: "{ guard: { type: 'startsIn', params: 'forcedOpen' }, target: 'forcedOpen' },",
    replace: '',
    policy: plain,
  },
  {
    name: 'a probe that has reported keeps the timer of its lease',
    breaks: 'R03',
    file,
    find: 'endLease: cancel(({ event }) => lease(probeOf(event))),',
    replace: "endLease: cancel('no lease'),",
    policy: twoProbes,
  },
]
