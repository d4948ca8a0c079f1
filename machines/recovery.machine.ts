// The recovery of a resource as a statechart: when to check whether it is well again, and what follows from the answer.
// It runs no check and reads no clock: it asks for a check by an emitted event and is told the answer, with the check's number.
import { assign, emit, setup } from 'xstate'
import { backoffMs } from '../src/core/rules/backoff.ts'
import type { BreakerState } from '../src/core/rules/states.ts'

/** When a recovery checks, and who probes. Durations in ms. */
export interface RecoveryRules {
  /** From opening to the first check, and between checks that probe. */
  readonly initialDelayMs: number
  /** By which the wait grows at each check that fails while open, and at each reopening; at least 1. */
  readonly factor: number
  /** The longest wait. */
  readonly maxDelayMs: number
  /** The share, 0-1, of a wait that may be taken off at random. */
  readonly jitter: number
  /** How long a check may take. */
  readonly checkTimeoutMs: number
  /** Who probes while half-open: calls, or the checks. */
  readonly probe: 'calls' | 'healthCheck'
}

/** What an actor of `recoveryMachine` is started with. */
export interface RecoveryInput {
  /** When it checks, and who probes. */
  readonly rules: RecoveryRules
  /** Chooses the jitter: a whole number of at least 0. */
  readonly seed: number
  /** The state its breaker is in, as it was told last. */
  readonly state: BreakerState
}

/** All that a recovery knows, besides the state of its statechart. */
export interface RecoveryContext extends RecoveryInput {
  /** How many checks were begun; the number of the last one. */
  readonly checks: number
  /** Checks that failed while open, and reopenings, since the breaker was last closed: what the wait grows by. */
  readonly setbacks: number
}

/** What a recovery is told: its breaker has moved, or what a check came to. */
export type RecoveryEvent =
  | {
      readonly type: 'moved'
      readonly state: BreakerState
      /** Who probes from now on, where a new policy may have changed it; absent: who did. */
      readonly probe?: RecoveryRules['probe']
    }
  | { readonly type: 'healthy' | 'unhealthy'; readonly check: number }

/**
 * What a recovery asks for: a check to be run (`check`) or called off, if it still runs (`over`); the breaker to leave `open`,
 * because a check passed (`recover`); and, where checks are the probes, their outcome to be counted (`report`).
 */
export type RecoveryRequest =
  | { readonly type: 'check' | 'recover'; readonly check: number }
  | { readonly type: 'over'; readonly check: number; readonly timedOut: boolean }
  | { readonly type: 'report'; readonly check: number; readonly passed: boolean }

function waitMs({ rules, seed, checks }: RecoveryContext, setbacks: number): number {
  const { initialDelayMs, factor, maxDelayMs: maxMs, jitter } = rules
  return backoffMs(initialDelayMs, { factor, maxMs, jitter }, setbacks, seed, checks)
}

/** A check while its time is not up. */
const underWay = { entry: ['countCheck', 'askForCheck'], exit: 'endCheck' } as const

/** The statechart of a resource's recovery, which runs beside that of its breaker. */
export const recoveryMachine = setup({
  types: {} as {
    context: RecoveryContext
    events: RecoveryEvent
    emitted: RecoveryRequest
    input: RecoveryInput
  },
  delays: {
    backoff: ({ context }) => waitMs(context, context.setbacks),
    pause: ({ context }) => waitMs(context, 0),
    checkTimeout: ({ context }) => context.rules.checkTimeoutMs,
  },
  guards: {
    isKnown: ({ context, event }) => stateIn(context, event) === context.state,
    isOpen: ({ context, event }) => stateIn(context, event) === 'open',
    checksProbe: ({ context, event }) =>
      rulesIn(context, event).probe === 'healthCheck' && stateIn(context, event) === 'halfOpen',
    callsProbe: ({ context, event }) =>
      rulesIn(context, event).probe === 'calls' && stateIn(context, event) === 'halfOpen',
    isCurrent: ({ context, event }) => 'check' in event && event.check === context.checks,
  },
  actions: {
    note: assign({
      state: ({ context, event }) => stateIn(context, event),
      rules: ({ context, event }) => rulesIn(context, event),
    }),
    countCheck: assign({ checks: ({ context }) => context.checks + 1 }),
    countSetback: assign({ setbacks: ({ context }) => context.setbacks + 1 }),
    startOver: assign({ setbacks: 0 }),
    askForCheck: emit(({ context }) => ({ type: 'check', check: context.checks })),
    endCheck: emit(({ context, event }) => ({
      type: 'over',
      check: context.checks,
      timedOut: event.type.startsWith('xstate.after.'),
    })),
    askToRecover: emit(({ context }) => ({ type: 'recover', check: context.checks })),
    reportPassed: emit(({ context }) => ({ type: 'report', check: context.checks, passed: true })),
    reportFailed: emit(({ context }) => ({ type: 'report', check: context.checks, passed: false })),
  },
}).createMachine({
  id: 'recovery',
  description: 'Finds out, while a breaker is open, whether its resource is well again.',
  context: ({ input }) => ({ ...input, checks: 0, setbacks: 0 }),
  initial: 'starting',
  on: {
    moved: [
      { guard: 'isKnown', description: 'As it was when this began.' },
      { guard: 'isOpen', target: '.waiting', actions: 'note' },
      { guard: 'checksProbe', target: '.probing', actions: 'note' },
      { guard: 'callsProbe', target: '.trial', actions: 'note' },
      { target: '.idle', actions: 'note', description: 'Closed, by any way; or held by an operator.' },
    ],
  },
  states: {
    starting: {
      description: 'Takes up where the breaker is.',
      always: [
        { guard: 'isOpen', target: 'waiting' },
        { guard: 'checksProbe', target: 'probing' },
        { guard: 'callsProbe', target: 'trial' },
        { target: 'idle' },
      ],
    },
    idle: {
      description: 'There is nothing to heal. The backoff starts over.',
      entry: 'startOver',
    },
    waiting: {
      description: 'Open; the next check comes when the backoff has passed.',
      after: { backoff: 'checking' },
    },
    checking: {
      description: 'Open; a check is under way.',
      ...underWay,
      after: { checkTimeout: { target: 'waiting', actions: 'countSetback' } },
      on: {
        healthy: { guard: 'isCurrent', target: 'recovering', actions: 'askToRecover' },
        unhealthy: { guard: 'isCurrent', target: 'waiting', actions: 'countSetback' },
      },
    },
    recovering: {
      description: 'A check has passed: the breaker is asked to leave open.',
      after: { backoff: { target: 'checking', description: 'Nothing came of it.' } },
    },
    trial: { description: 'Half-open; calls probe.', exit: 'countSetback' },
    probing: {
      description: 'Half-open; checks probe, and no call is risked.',
      initial: 'checking',
      exit: 'countSetback',
      states: {
        checking: {
          description: 'A check is under way.',
          ...underWay,
          after: { checkTimeout: { target: 'pausing', actions: 'reportFailed' } },
          on: {
            healthy: { guard: 'isCurrent', target: 'pausing', actions: 'reportPassed' },
            unhealthy: { guard: 'isCurrent', target: 'pausing', actions: 'reportFailed' },
          },
        },
        pausing: {
          description: 'Until the next check; unless that one was the last.',
          after: { pause: 'checking' },
        },
      },
    },
  },
})

/** Where the breaker is: as it was told now, or at the start. */
function stateIn({ state }: Pick<RecoveryContext, 'state'>, event: RecoveryEvent): BreakerState {
  return event.type === 'moved' ? event.state : state
}

/** The rules as of this event. */
function rulesIn({ rules }: Pick<RecoveryContext, 'rules'>, event: RecoveryEvent): RecoveryRules {
  const probe = event.type === 'moved' ? event.probe : undefined
  return probe === undefined || probe === rules.probe ? rules : { ...rules, probe }
}
