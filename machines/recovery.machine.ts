// The recovery of a resource as a statechart: when to check whether it is well again, and what follows from the answer. It
// runs no check and reads no clock: it asks for a check by an emitted event, and the answer comes as an event with the
// check's number.
import { assign, emit, setup } from 'xstate'
import { backoffMs } from '../src/core/rules/backoff.ts'
import type { BreakerState } from '../src/core/rules/states.ts'

/** When a recovery checks, and who probes. Durations in ms. */
export interface RecoveryRules {
  /** The wait from opening to the first check, and between checks that probe. */
  readonly initialDelayMs: number
  /** The factor by which the wait grows at each check that fails while open, and at each reopening; at least 1. */
  readonly factor: number
  /** The longest wait. */
  readonly maxDelayMs: number
  /** The share of a wait, 0-1, that may be taken off at random. */
  readonly jitter: number
  /** How long a check may take. */
  readonly checkTimeoutMs: number
  /** Who probes while half-open: calls, or the checks. */
  readonly probe: 'calls' | 'healthCheck'
}

/** The input of an actor of `recoveryMachine`. */
export interface RecoveryInput {
  /** When it checks, and who probes. */
  readonly rules: RecoveryRules
  /** Chooses the jitter: a whole number of at least 0. */
  readonly seed: number
  /** The state of its breaker, as of the last event. */
  readonly state: BreakerState
}

/** All that a recovery knows, besides the state of its statechart. */
export interface RecoveryContext extends RecoveryInput {
  /** How many checks have begun, and so the number of the last one. */
  readonly checks: number
  /** Checks that failed while open, and reopenings, since the breaker was last closed. The wait grows with them. */
  readonly setbacks: number
}

/** The events that a recovery takes: its breaker has moved, or the result of a check. */
export type RecoveryEvent =
  | {
      readonly type: 'moved'
      readonly state: BreakerState
      /** Who probes from now on, if a new policy may have changed it. Absent: as before. */
      readonly probe?: RecoveryRules['probe']
    }
  | { readonly type: 'healthy' | 'unhealthy'; readonly check: number }

/**
 * The events that a recovery emits: run a check (`check`), or cancel it if it still runs (`over`); move the breaker out of
 * `open`, because a check passed (`recover`); and if checks are the probes, count their outcome (`report`).
 */
export type RecoveryRequest =
  | { readonly type: 'check' | 'recover'; readonly check: number }
  | { readonly type: 'over'; readonly check: number; readonly timedOut: boolean }
  | { readonly type: 'report'; readonly check: number; readonly passed: boolean }

function waitMs({ rules, seed, checks }: RecoveryContext, setbacks: number): number {
  const { initialDelayMs, factor, maxDelayMs: maxMs, jitter } = rules
  return backoffMs(initialDelayMs, { factor, maxMs, jitter }, setbacks, seed, checks)
}

/** A check, while there is time left for it. */
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
      { guard: 'isKnown', description: 'Its state at the start.' },
      { guard: 'isOpen', target: '.waiting', actions: 'note' },
      { guard: 'checksProbe', target: '.probing', actions: 'note' },
      { guard: 'callsProbe', target: '.trial', actions: 'note' },
      { target: '.idle', actions: 'note', description: 'Closed, in any way; or held by an operator.' },
    ],
  },
  states: {
    starting: {
      description: 'Starts in the state of its breaker.',
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
      description: 'Open, during a check.',
      ...underWay,
      after: { checkTimeout: { target: 'waiting', actions: 'countSetback' } },
      on: {
        healthy: { guard: 'isCurrent', target: 'recovering', actions: 'askToRecover' },
        unhealthy: { guard: 'isCurrent', target: 'waiting', actions: 'countSetback' },
      },
    },
    recovering: {
      description: 'A check has passed: the breaker should leave open.',
      after: { backoff: { target: 'checking', description: 'The breaker is still open.' } },
    },
    trial: { description: 'Half-open; calls probe.', exit: 'countSetback' },
    probing: {
      description: 'Half-open; checks probe, and no call is risked.',
      initial: 'checking',
      exit: 'countSetback',
      states: {
        checking: {
          description: 'During a check.',
          ...underWay,
          after: { checkTimeout: { target: 'pausing', actions: 'reportFailed' } },
          on: {
            healthy: { guard: 'isCurrent', target: 'pausing', actions: 'reportPassed' },
            unhealthy: { guard: 'isCurrent', target: 'pausing', actions: 'reportFailed' },
          },
        },
        pausing: {
          description: 'Until the next check, unless that was the last one.',
          after: { pause: 'checking' },
        },
      },
    },
  },
})

/** Where the breaker is: as of this event, or at the start. */
function stateIn({ state }: Pick<RecoveryContext, 'state'>, event: RecoveryEvent): BreakerState {
  return event.type === 'moved' ? event.state : state
}

/** The rules as of this event. */
function rulesIn({ rules }: Pick<RecoveryContext, 'rules'>, event: RecoveryEvent): RecoveryRules {
  const probe = event.type === 'moved' ? event.probe : undefined
  return probe === undefined || probe === rules.probe ? rules : { ...rules, probe }
}
