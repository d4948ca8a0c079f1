// What a fleet of processes has decided about one endpoint, as one of them sees it: a statechart beside the breaker's own,
// which can only add rejections. It reads no clock and asks no store: it asks for a lease, and for the outcome of a probe to
// be told, by emitted events; it is told what the store answered. Whoever sends `decided` has compared the versions.
import { assign, emit, not, setup } from 'xstate'
import { fraction } from '../src/rules/backoff.ts'

/** What a fleet can be in about an endpoint: as a breaker. */
export type FleetState = 'closed' | 'open' | 'halfOpen' | 'forcedOpen' | 'disabled'

/** What the fleet has decided about an endpoint, as far as its statechart needs to know. */
export interface FleetDecision {
  /** Which of the five. */
  readonly state: FleetState
  /** Grows with every decision. */
  readonly version: number
  /** Of an open one: in how many ms it may be probed. */
  readonly remainingMs: number | null
  /** How long it was opened for, in ms. */
  readonly openMs: number
}

/** How a process deals with what its fleet decides. Durations in ms, shares 0-1. */
export interface FleetBreakerRules {
  /** Attempts to get a lease are spread over so long for each process there is, so that they don't come all at once. */
  readonly spreadMsPerProcess: number
  /** While the store is lost: so many probes a second of the whole fleet. */
  readonly degradedProbesPerSecond: number
  /** While others probe, a lease is asked for again after so long: one of them may be done early, and call no more. */
  readonly retryLeaseMs: number
  /** How long an answer of the store is waited for. */
  readonly answerTimeoutMs: number
  /** A probe must begin so long before its lease ends. */
  readonly leaseMarginMs: number
  /** How long a probe without a lease may take, while the store is lost. */
  readonly probeTimeoutMs: number
  /** The shares admitted one after the other once the fleet has closed; empty: every call at once. */
  readonly rampShares: readonly number[]
  /** How long each of them lasts. */
  readonly rampStepMs: number
}

/** What an actor of `fleetBreakerMachine` is started with. */
export interface FleetBreakerInput {
  /** How it deals with what is decided. */
  readonly rules: FleetBreakerRules
  /** Chooses the jitter: a whole number of at least 0, another one in each process. */
  readonly seed: number
  /** What the fleet has decided so far. */
  readonly decision: FleetDecision
  /** How many processes there are, roughly. */
  readonly live: number
  /** Whether the store answers. */
  readonly isStoreUp: boolean
}

/** The right to one probe. */
export interface FleetLease {
  /** By which the store knows it. */
  readonly token: string
  /** How long it lasts from now, in ms. */
  readonly leaseMs: number
}

/** All that a fleet breaker knows, besides the state of its statechart. */
export interface FleetBreakerContext extends FleetBreakerInput {
  /** How often the store was asked for something; an answer to an earlier question is late. */
  readonly asked: number
  /** Held while `leased`; `null` of a probe without one. */
  readonly lease: FleetLease | null
  /** How long the store said to wait, in ms. */
  readonly waitMs: number
  /** Which of the ramp's shares is admitted. */
  readonly rampStep: number
  /** A probe of this process alone has passed since the fleet decided: nothing more is rejected while others are asked. */
  readonly isWell: boolean
}

/** What a fleet breaker is told: decisions of the fleet, answers of the store, what became of calls, whether the store is there. */
export type FleetBreakerEvent =
  | { readonly type: 'decided'; readonly decision: FleetDecision }
  | { readonly type: 'wanted' }
  | { readonly type: 'granted'; readonly asked: number; readonly lease: FleetLease }
  | { readonly type: 'denied'; readonly asked: number; readonly waitMs: number }
  | { readonly type: 'completed' | 'unanswered'; readonly asked: number }
  | { readonly type: 'probeBegan'; readonly asked: number }
  | { readonly type: 'probeEnded'; readonly asked: number; readonly result: 'succeed' | 'fail' | 'ignore' }
  | { readonly type: 'storeLost' }
  | { readonly type: 'storeBack'; readonly live: number }

/** What a fleet breaker asks for: a lease; that the store be told of a probe; that calls be ruled by the state it is in now. */
export type FleetBreakerRequest =
  | { readonly type: 'acquire'; readonly asked: number }
  | {
      readonly type: 'complete'
      readonly asked: number
      readonly token: string
      readonly version: number
      readonly passed: boolean
    }
  | { readonly type: 'ruled' }

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
    // So that the first of many comes soon, and the others hear of it before their turn.
    spread: ({ context }) => {
      const { rules, live, decision } = context
      return draw(context) * Math.min(decision.openMs / 2, live * rules.spreadMsPerProcess)
    },
    spreadAlone: ({ context }) => (draw(context) * context.live * 1_000) / context.rules.degradedProbesPerSecond,
    answerTimeout: ({ context }) => context.rules.answerTimeoutMs,
    wait: ({ context: { waitMs, decision, rules, live } }) => {
      // The more ask, the less often each.
      const again = Math.max(rules.retryLeaseMs, 2 * live * rules.spreadMsPerProcess)
      return decision.state === 'halfOpen' ? Math.min(waitMs, again) : waitMs
    },
    leaseTime: ({ context: { lease, rules } }) =>
      lease === null ? rules.probeTimeoutMs : Math.max(0, lease.leaseMs - rules.leaseMarginMs),
    rampStep: ({ context }) => context.rules.rampStepMs,
  },
  guards: {
    isOpen: ({ context }) => context.decision.state === 'open',
    isHalfOpen: ({ context }) => context.decision.state === 'halfOpen',
    isForcedOpen: ({ context }) => context.decision.state === 'forcedOpen',
    isDisabled: ({ context }) => context.decision.state === 'disabled',
    opens: (args) => decidedTo(args) === 'open',
    isTried: (args) => decidedTo(args) === 'halfOpen',
    isForced: (args) => decidedTo(args) === 'forcedOpen',
    isSetAside: (args) => decidedTo(args) === 'disabled',
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
    ruled: emit({ type: 'ruled' }),
    adopt: assign(({ context, event }) => {
      if (event.type !== 'decided') return {}
      const { decision } = event
      // That others have begun to probe says nothing against what was seen here.
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
  description: 'What the fleet has decided about an endpoint, and what this process has to do about it.',
  context: ({ input }) => ({ ...input, asked: 0, lease: null, waitMs: 0, rampStep: 0, isWell: false }),
  initial: 'starting',
  on: {
    decided: [
      { guard: 'opens', target: '.open', actions: 'adopt' },
      { guard: 'isTried', target: '.due', actions: 'adopt', description: 'Somebody has begun to probe.' },
      { guard: 'isForced', target: '.forcedOpen', actions: 'adopt' },
      { guard: 'isSetAside', target: '.disabled', actions: 'adopt' },
      { guard: 'returns', target: '.ramping', actions: ['adopt', 'beginRamp'] },
      { target: '.closed', actions: 'adopt' },
    ],
    storeLost: { actions: 'loseStore' },
    storeBack: { actions: 'findStore' },
  },
  states: {
    starting: {
      description: 'Takes up what the fleet has decided.',
      always: [
        { guard: 'isOpen', target: 'open' },
        { guard: 'isHalfOpen', target: 'due' },
        { guard: 'isForcedOpen', target: 'forcedOpen' },
        { guard: 'isDisabled', target: 'disabled' },
        { target: 'closed' },
      ],
    },
    closed: { description: 'The fleet rejects nothing; the breaker rules alone.', entry: 'ruled' },
    open: {
      description: 'Every call is rejected until the open time has passed, whether the store is there or not.',
      entry: 'ruled',
      after: { openTime: 'due' },
    },
    due: {
      description: 'It may be probed; without a lease every call is rejected.',
      entry: ['dropLease', 'ruled'],
      on: {
        wanted: [
          { guard: 'isStoreUp', target: 'spreading', actions: 'ask' },
          { target: 'alone', actions: 'ask', description: 'The store is lost: each process finds out for itself.' },
        ],
        granted: {
          guard: 'mayProbe',
          target: 'leased',
          actions: 'takeLease',
          description: 'With the lease, it was told that somebody has begun to probe: this process.',
        },
      },
    },
    spreading: {
      description: 'About to ask for a lease: not all processes in the same instant.',
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
      after: { leaseTime: { target: 'due', description: 'What comes after that is no business of the fleet.' } },
      states: {
        ready: {
          description: 'It has not begun.',
          entry: 'ruled',
          on: {
            probeBegan: { guard: 'isAnswer', target: 'probing' },
            storeBack: [
              { guard: 'hasLease', actions: 'findStore' },
              { target: '#fleetBreaker.due', actions: 'findStore', description: 'From now on a lease is needed.' },
            ],
          },
        },
        probing: {
          description: 'It is under way.',
          entry: 'ruled',
          on: {
            probeEnded: [
              { guard: not('isAnswer'), description: 'One that was under way for longer than its lease.' },
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
      entry: 'ruled',
      always: {
        guard: 'isStoreUp',
        target: 'due',
        description: 'The others must hear of it, or the fleet would stay open and judge nothing.',
      },
    },
    completing: {
      description: 'The store was told what the probe came to, and decides.',
      entry: ['complete', 'ruled'],
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
      entry: 'ruled',
      after: {
        rampStep: [{ guard: 'rampGoesOn', target: 'ramping', reenter: true, actions: 'climb' }, { target: 'closed' }],
      },
    },
    forcedOpen: { description: 'An operator of the fleet rejects every call.', entry: 'ruled' },
    disabled: { description: 'An operator of the fleet has taken it out of use: it rejects nothing.', entry: 'ruled' },
  },
})
