// A process's membership in a fleet as a statechart: when it talks to the shared store, and what follows from the answers.
// It does no I/O: it asks for a round (fetch changes, send reports) by an emitted event, and the result comes as an event.
import { assign, emit, setup } from 'xstate'
import { backoffMs, fraction } from '../src/core/rules/backoff.ts'

/** How a member deals with the store. Durations in ms. */
export interface MembershipRules {
  /** From one round to the next. */
  readonly pollMs: number
  /** The share of it, 0-1, by which a wait may be shorter or longer, at random. */
  readonly pollJitter: number
  /** From the end of a round to one that cannot wait. A thousand breakers that open one after the other are reported together. */
  readonly breatherMs: number
  /** A round that takes longer has failed. */
  readonly roundTimeoutMs: number
  /** From a failed round to the next; doubled each time. */
  readonly retryMs: number
  /** The longest of these waits. */
  readonly maxRetryMs: number
  /** How long leaving may take. */
  readonly leaveTimeoutMs: number
}

/** The input of an actor of `fleetMachine`. */
export interface FleetInput {
  /** How it deals with the store. */
  readonly rules: MembershipRules
  /** Chooses the jitter: a whole number of at least 0, different in each process. */
  readonly seed: number
}

/** All that a member knows, besides the state of its statechart. */
export interface FleetContext extends FleetInput {
  /** How many rounds have begun, and so the number of the last one. */
  readonly rounds: number
  /** Rounds in a row that have failed. */
  readonly misses: number
  /** Something has come up since the last round began. */
  readonly isHurried: boolean
}

/**
 * The events that a member takes: how a round went; something cannot wait for the next; the store can be reached again;
 * leave; it has left.
 */
export type FleetEvent =
  | { readonly type: 'done' | 'failed'; readonly round: number }
  | { readonly type: 'hurry' | 'reachable' | 'leave' | 'left' }

/** The events that a member emits: make a round; the store is lost, or back; take leave of the store; it has ended. */
export type FleetRequest =
  | { readonly type: 'round'; readonly round: number; readonly isFirst: boolean }
  | { readonly type: 'lost' | 'back' | 'leave' | 'gone' }

const draw = ({ seed, rounds }: FleetContext) => fraction(seed, rounds)

/** The statechart of a process in a fleet. */
export const fleetMachine = setup({
  types: {} as { context: FleetContext; events: FleetEvent; emitted: FleetRequest; input: FleetInput },
  delays: {
    // A thousand processes that start together must not poll together.
    poll: ({ context }) => context.rules.pollMs * (1 + context.rules.pollJitter * (2 * draw(context) - 1)),
    roundTimeout: ({ context }) => context.rules.roundTimeoutMs,
    breather: ({ context }) => context.rules.breatherMs,
    retry: ({ context }) => {
      const { rules, misses, seed, rounds } = context
      return backoffMs(rules.retryMs, { factor: 2, maxMs: rules.maxRetryMs, jitter: 0.5 }, misses - 1, seed, rounds)
    },
    leaveTimeout: ({ context }) => context.rules.leaveTimeoutMs,
  },
  guards: {
    isCurrent: ({ context, event }) => 'round' in event && event.round === context.rounds,
    isHurried: ({ context }) => context.isHurried,
  },
  actions: {
    countRound: assign({ rounds: ({ context }) => context.rounds + 1, isHurried: false }),
    hurry: assign({ isHurried: true }),
    askForRound: emit(({ context }) => ({ type: 'round', round: context.rounds, isFirst: false }) as const),
    askForAll: emit(({ context }) => ({ type: 'round', round: context.rounds, isFirst: true }) as const),
    countMiss: assign({ misses: ({ context }) => context.misses + 1 }),
    forgetMisses: assign({ misses: 0 }),
    tellLost: emit({ type: 'lost' }),
    tellBack: emit({ type: 'back' }),
    takeLeave: emit({ type: 'leave' }),
    end: emit({ type: 'gone' }),
  },
}).createMachine({
  id: 'fleet',
  description: 'Keeps this process in step with its fleet, and continues without the store if it must.',
  context: ({ input }) => ({ ...input, rounds: 0, misses: 0, isHurried: false }),
  initial: 'connecting',
  on: { leave: { target: '.leaving', description: 'The fleet is left, or the registry closed.' } },
  states: {
    connecting: {
      description: 'The first round: everything that the fleet has decided is fetched.',
      entry: ['countRound', 'askForAll'],
      after: { roundTimeout: { target: 'degraded', actions: 'countMiss' } },
      on: {
        done: { guard: 'isCurrent', target: 'synced', actions: ['forgetMisses', 'tellBack'] },
        failed: { guard: 'isCurrent', target: 'degraded', actions: 'countMiss' },
      },
    },
    synced: {
      description: 'In step with the fleet.',
      initial: 'fresh',
      after: { poll: 'polling' },
      states: {
        fresh: {
          description: 'The store gets a short pause, whatever happens.',
          after: { breather: [{ guard: 'isHurried', target: '#fleet.polling' }, { target: 'settled' }] },
          on: { hurry: { actions: 'hurry' }, reachable: { actions: 'hurry' } },
        },
        settled: {
          description: 'The next round is not due yet.',
          on: {
            hurry: { target: '#fleet.polling', description: 'A failure should not wait for the next round.' },
            reachable: {
              target: '#fleet.polling',
              description: 'Before the new connection, something may have been missed.',
            },
          },
        },
      },
    },
    polling: {
      description: 'During a round: it fetches what has changed, and reports what it has seen.',
      entry: ['countRound', 'askForRound'],
      after: { roundTimeout: { target: 'degraded', actions: ['countMiss', 'tellLost'] } },
      on: {
        done: { guard: 'isCurrent', target: 'synced' },
        failed: { guard: 'isCurrent', target: 'degraded', actions: ['countMiss', 'tellLost'] },
        hurry: { actions: 'hurry', description: 'The news may be too late for this round.' },
        reachable: { actions: 'hurry' },
      },
    },
    degraded: {
      description:
        'The store is lost: what the fleet has decided holds until its time has passed; then breakers rule alone.',
      after: { retry: 'connecting' },
      on: { reachable: 'connecting' },
    },
    leaving: {
      description: 'It says goodbye to the store, if that is quick enough.',
      entry: 'takeLeave',
      after: { leaveTimeout: 'left' },
      on: { left: 'left', leave: { description: 'It is leaving.' } },
    },
    left: {
      description: 'Not a member any more.',
      entry: 'end',
      on: { leave: { description: 'It has left.' } },
    },
  },
})
