// What a fleet of processes has decided about one endpoint, as one of them sees it: a statechart beside the breaker's own,
// which can only add rejections. It reads no clock and calls no store: by emitted events it asks for a lease, and reports
// the outcome of a probe; the answers of the store come as events. Whoever sends `decided` has compared the versions.
import { assign, emit, not, setup } from 'xstate'
import { fraction } from '../src/core/rules/backoff.ts'
import type {
  FleetBreakerContext,
  FleetBreakerEvent,
  FleetBreakerInput,
  FleetBreakerRequest,
  FleetDecision,
  FleetState,
} from './fleet-breaker-context.ts'

type Args = { context: FleetBreakerContext; event: FleetBreakerEvent }

const decidedTo = ({ event }: Args) => (event.type === 'decided' ? event.decision.state : null)
const isRejecting = ({ state }: FleetDecision) => state !== 'closed' && state !== 'disabled'

/** A number in [0, 1) for this question of this process. */
const draw = ({ seed, decision, asked }: FleetBreakerContext) => fraction(seed, decision.version * 31 + asked)

/** The statechart of one endpoint of a fleet, in one process. */
export const fleetBreakerMachine = setup({
  types: {} as {
    context: FleetBreakerContext
    events: FleetBreakerEvent
    emitted: FleetBreakerRequest
    input: FleetBreakerInput
  },
  delays: {
    openTime: ({ context }) => context.decision.remainingMs ?? context.decision.openMs,
    // The first of many comes soon, and the others hear of it before their turn.
    spread: ({ context }) => {
      const { rules, live, decision } = context
      return draw(context) * Math.min(decision.openMs / 2, live * rules.spreadMsPerProcess)
    },
    spreadAlone: ({ context }) => (draw(context) * context.live * 1_000) / context.rules.degradedProbesPerSecond,
    answerTimeout: ({ context }) => context.rules.answerTimeoutMs,
    wait: ({ context: { waitMs, decision, rules, live } }) => {
      // The more processes ask, the less often each does.
      const again = Math.max(rules.retryLeaseMs, 2 * live * rules.spreadMsPerProcess)
      return decision.state === 'halfOpen' ? Math.min(waitMs, again) : waitMs
    },
    leaseTime: ({ context: { lease, rules } }) =>
      lease === null ? rules.probeTimeoutMs : Math.max(0, lease.leaseMs - rules.leaseMarginMs),
    rampStep: ({ context }) => context.rules.rampStepMs,
  },
  guards: {
    startsIn: ({ context }, state: FleetState) => context.decision.state === state,
    decidedTo: (args, state: FleetState) => decidedTo(args) === state,
    returns: (args) =>
      decidedTo(args) === 'closed' &&
      isRejecting(args.context.decision) &&
      !args.context.isWell &&
      args.context.rules.rampShares.length > 0,
    isAnswer: ({ context, event }) => 'asked' in event && event.asked === context.asked,
    mayProbe: ({ context, event }) =>
      'asked' in event && event.asked === context.asked && context.decision.state === 'halfOpen',
    isStoreUp: ({ context }) => context.isStoreUp,
    isIgnored: ({ event }) => event.type === 'probeEnded' && event.result === 'ignore',
    hasLease: ({ context }) => context.lease !== null,
    hasPassed: ({ event }) => event.type === 'probeEnded' && event.result === 'succeed',
    rampGoesOn: ({ context }) => context.rampStep + 1 < context.rules.rampShares.length,
  },
  actions: {
    overrideChanged: emit({ type: 'overrideChanged' }),
    adopt: assign(({ context, event }) => {
      if (event.type !== 'decided') return {}
      const { decision } = event
      // Others have begun to probe: that does not contradict what was seen here.
      return { decision, lease: null, isWell: context.isWell && decision.state === 'halfOpen' }
    }),
    ask: assign({ asked: ({ context }) => context.asked + 1 }),
    acquire: emit(({ context }) => ({ type: 'acquire', asked: context.asked }) as const),
    complete: emit(({ context, event }) => {
      const { asked, lease, decision } = context
      const passed = event.type === 'probeEnded' && event.result === 'succeed'
      return { type: 'complete', asked, token: lease?.token ?? '', version: decision.version, passed } as const
    }),
    judge: assign(({ context: { isWell }, event }) => {
      return { isWell: isWell && event.type === 'probeEnded' && event.result === 'succeed' }
    }),
    trust: assign({ isWell: true }),
    takeLease: assign(({ event }) => (event.type === 'granted' ? { lease: event.lease } : {})),
    dropLease: assign({ lease: null }),
    waitAsTold: assign(({ event }) => (event.type === 'denied' ? { waitMs: event.waitMs } : {})),
    loseStore: assign({ isStoreUp: false }),
    findStore: assign(({ event }) => (event.type === 'storeBack' ? { isStoreUp: true, live: event.live } : {})),
    openAgain: assign(({ context: { decision } }) => {
      return { decision: { ...decision, remainingMs: decision.openMs }, isWell: false }
    }),
    beginRamp: assign({ rampStep: 0 }),
    climb: assign({ rampStep: ({ context }) => context.rampStep + 1 }),
  },
}).createMachine({
  id: 'fleetBreaker',
  description: 'What the fleet has decided about an endpoint, and what this process must do.',
  context: ({ input }) => ({ ...input, asked: 0, lease: null, waitMs: 0, rampStep: 0, isWell: false }),
  initial: 'starting',
  on: {
    decided: [
      { guard: { type: 'decidedTo', params: 'open' }, target: '.open', actions: 'adopt' },
      {
        guard: { type: 'decidedTo', params: 'halfOpen' },
        target: '.due',
        actions: 'adopt',
        description: 'A process has begun to probe.',
      },
      { guard: { type: 'decidedTo', params: 'forcedOpen' }, target: '.forcedOpen', actions: 'adopt' },
      { guard: { type: 'decidedTo', params: 'disabled' }, target: '.disabled', actions: 'adopt' },
      { guard: 'returns', target: '.ramping', actions: ['adopt', 'beginRamp'] },
      { target: '.closed', actions: 'adopt' },
    ],
    storeLost: { actions: 'loseStore' },
    storeBack: { actions: 'findStore' },
  },
  states: {
    starting: {
      description: 'Starts with what the fleet has decided.',
      always: [
        { guard: { type: 'startsIn', params: 'open' }, target: 'open' },
        { guard: { type: 'startsIn', params: 'halfOpen' }, target: 'due' },
        { guard: { type: 'startsIn', params: 'forcedOpen' }, target: 'forcedOpen' },
        { guard: { type: 'startsIn', params: 'disabled' }, target: 'disabled' },
        { target: 'closed' },
      ],
    },
    closed: { description: 'The fleet rejects nothing; the breaker decides alone.', entry: 'overrideChanged' },
    open: {
      description: 'Every call is rejected until the open time has passed, whether the store is there or not.',
      entry: 'overrideChanged',
      after: { openTime: 'due' },
    },
    due: {
      description: 'It may be probed; without a lease every call is rejected.',
      entry: ['dropLease', 'overrideChanged'],
      on: {
        wanted: [
          { guard: 'isStoreUp', target: 'spreading', actions: 'ask' },
          { target: 'alone', actions: 'ask', description: 'The store is lost: each process probes for itself.' },
        ],
        granted: {
          guard: 'mayProbe',
          target: 'leased',
          actions: 'takeLease',
          description: 'The answer with the lease says that a process has begun to probe: this one.',
        },
      },
    },
    spreading: {
      description: 'About to ask for a lease: not all processes at the same moment.',
      after: { spread: 'acquiring' },
      on: { storeLost: { target: 'due', actions: 'loseStore' } },
    },
    acquiring: {
      description: 'The store was asked for a lease.',
      entry: 'acquire',
      after: { answerTimeout: 'due' },
      on: {
        granted: { guard: 'mayProbe', target: 'leased', actions: 'takeLease' },
        denied: { guard: 'isAnswer', target: 'denied', actions: 'waitAsTold' },
        unanswered: { guard: 'isAnswer', target: 'due' },
        storeLost: { target: 'due', actions: 'loseStore' },
      },
    },
    denied: { description: 'Others probe.', after: { wait: 'due' } },
    alone: {
      description:
        'The store is lost: about to probe without a lease, at the pace that is allowed for the whole fleet.',
      after: { spreadAlone: { target: 'leased', actions: 'dropLease' } },
      on: { storeBack: { target: 'due', actions: 'findStore' } },
    },
    leased: {
      description: 'The next call is the probe.',
      initial: 'ready',
      after: { leaseTime: { target: 'due', description: 'The fleet ignores what comes after that.' } },
      states: {
        ready: {
          description: 'The probe has not begun.',
          entry: 'overrideChanged',
          on: {
            probeBegan: { guard: 'isAnswer', target: 'probing' },
            storeBack: [
              { guard: 'hasLease', actions: 'findStore' },
              { target: '#fleetBreaker.due', actions: 'findStore', description: 'From now on a lease is needed.' },
            ],
          },
        },
        probing: {
          description: 'The probe is in flight.',
          entry: 'overrideChanged',
          on: {
            probeEnded: [
              { guard: not('isAnswer'), description: 'It took longer than its lease.' },
              { guard: 'isIgnored', target: 'ready', description: 'It has proved nothing; the lease still holds.' },
              { guard: 'hasLease', target: '#fleetBreaker.completing', actions: ['judge', 'ask'] },
              { guard: 'hasPassed', target: '#fleetBreaker.recovered', actions: 'trust' },
              { target: '#fleetBreaker.open', actions: 'openAgain' },
            ],
          },
        },
      },
    },
    recovered: {
      description: 'The store is lost, and a probe has passed: nothing is rejected, as far as this process can tell.',
      entry: 'overrideChanged',
      always: {
        guard: 'isStoreUp',
        target: 'due',
        description: 'The others must learn of it, or the fleet would stay open and judge nothing.',
      },
    },
    completing: {
      description: 'The store has the outcome of the probe, and decides.',
      entry: ['complete', 'overrideChanged'],
      after: { answerTimeout: 'due' },
      on: {
        completed: { guard: 'isAnswer', target: 'due', description: 'More successes are needed.' },
        unanswered: { guard: 'isAnswer', target: 'due' },
        storeLost: { target: 'due', actions: 'loseStore' },
      },
    },
    ramping: {
      description:
        'The fleet has closed: a share of calls is admitted at first, so that not all processes return at once.',
      entry: 'overrideChanged',
      after: {
        rampStep: [{ guard: 'rampGoesOn', target: 'ramping', reenter: true, actions: 'climb' }, { target: 'closed' }],
      },
    },
    forcedOpen: { description: 'An operator of the fleet rejects every call.', entry: 'overrideChanged' },
    disabled: {
      description: 'An operator of the fleet has taken it out of use: it rejects nothing.',
      entry: 'overrideChanged',
    },
  },
})
