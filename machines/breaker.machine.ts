// The breaker as a statechart: the specification, and the logic of the actor that runs in production.
// It does no I/O and reads no clock: every event says when it happened, and every rule lives in the pure layer.
import { assign, cancel, enqueueActions, setup } from 'xstate'
import * as rules from '../src/core/rules/decide.ts'
import type { Policy } from '../src/core/rules/policy.ts'
import { afterAdmission, afterRejection } from '../src/core/rules/ramp.ts'
import type { Reason } from '../src/core/rules/reasons.ts'
import type { BreakerState } from '../src/core/rules/states.ts'
import { copyEvidence, refitEvidence } from '../src/core/rules/triggers/index.ts'
import type { BreakerContext, BreakerInput } from './breaker-context.ts'
import { judge } from './judgement.ts'

type BreakerEvent = rules.BreakerEvent
/** Changes the decision, a copy of the one in the context. */
type Rule = (data: rules.BreakerData, context: BreakerContext, event: BreakerEvent, at: number) => void

/**
 * The state that is published. A breaker on its recovery ramp is half-open: `closed` admits every call, and anyone who
 * reads it must be able to rely on that. A sixth word would be unknown to every switch and gauge.
 */
export function stateOf({ value }: { readonly value: unknown }): BreakerState {
  return value === 'ramping' ? 'halfOpen' : (value as BreakerState)
}

/** Applies a rule of the pure layer. A delayed transition has no `at`: it happened when it was due. */
const decide = (rule: Rule) =>
  assign<BreakerContext, BreakerEvent, undefined, BreakerEvent, never>(({ context, event }) => {
    const at = event.at ?? dueAt(context.data) ?? context.at
    const data = rules.copyData(context.data, event.evidence ?? context.data.evidence)
    rule(data, context, event, at)
    return { at, data }
  })

/** When the generation ends by itself, open or on its ramp. */
const dueAt = ({ deadline, ramp }: rules.Generation) => deadline ?? ramp?.endsAt

const probeOf = (event: BreakerEvent) => ('probe' in event ? event.probe : undefined)
const lease = (probe: number | undefined) => `lease-${probe}`

const tripped = (by: typeof rules.enterOpen): Rule => {
  return (data, { policy, seed }, event, at) => {
    if (event.type === 'trip') by(data, policy, { type: 'tripped', message: event.message }, at, seed, event.openForMs)
  }
}

const close = (reasonOf: (data: rules.BreakerData, policy: Policy) => Reason) =>
  decide((data, { policy }, _, at) => rules.enterClosed(data, policy, reasonOf(data, policy), at))

const hold = (type: 'isolated' | 'disabled') => decide((data) => rules.enter(data, { type }))

/**
 * The statechart of one breaker. It runs, it is drawn as the diagram, and paths are generated from it. Every event says
 * when it happened (`at`, in ms); delayed transitions run on the clock of the actor.
 */
export const breakerMachine = setup({
  types: {} as { context: BreakerContext; events: BreakerEvent; input: BreakerInput },
  delays: {
    openTime: ({ context: { data, at } }) => Math.max(0, (data.deadline ?? at) - at),
    probeLease: ({ context }) => context.policy.probeTimeoutMs,
    rampTime: ({ context: { data, at } }) => Math.max(0, (data.ramp?.endsAt ?? at) - at),
  },
  guards: {
    startsIn: ({ context }, state: BreakerState) => context.startIn === state,
    startsInRamp: ({ context: { startIn, data } }) => startIn === 'halfOpen' && data.ramp !== null,
    late: ({ context: { data }, event }) =>
      'generation' in event
        ? rules.isLate(data, event.generation, event.probe)
        : !rules.holdsProbe(data, probeOf(event) ?? -1),
    triggerFires: ({ context, event }) => judge(context, event).fired !== null,
    openTimeElapsed: ({ context, event }) => rules.isDue(context.data, event.at),
    extendsOpenTime: ({ context }) => context.policy.openTimeoutFrom === 'lastFailure',
    permitFree: ({ context }) => rules.hasPermit(context.data, context.policy),
    rampFollows: ({ context }) => rules.rampsAfterSuccess(context.data, context.policy),
    withinShare: ({ context, event }) => rules.admitsWhileHalfOpen(context.data, context.policy, event.at),
    rampOver: ({ context, event }) => rules.isRampOver(context.data, event.at),
    lastSuccessNeeded: ({ context }) => rules.closesAfterSuccess(context.data, context.policy),
    lastFailureAllowed: ({ context }) => rules.reopensAfterFailure(context.data, context.policy),
  },
  actions: {
    countOutcome: decide((data, context, event) => {
      data.evidence = judge(context, event).evidence
    }),
    openByTrigger: decide((data, context, event, at) => {
      const { evidence, fired } = judge(context, event)
      data.evidence = evidence
      if (fired !== null) rules.enterOpen(data, context.policy, fired, at, context.seed)
    }),
    openByTrip: decide(tripped(rules.enterOpen)),
    stayOpenByTrip: decide(tripped(rules.stayOpen)),
    reopen: decide((data, { policy, seed }, _, at) => {
      rules.enterOpen(data, policy, rules.reopenedByProbes(data, policy), at, seed)
    }),
    extendOpenTime: decide((data, { policy, seed }, _, at) => rules.extendOpen(data, policy, at, seed)),
    beginTrial: decide((data, _, event) => {
      const asked = event.type === 'probe' ? ({ type: 'probeRequested', message: event.message } as const) : null
      rules.enter(data, asked ?? { type: 'openTimeElapsed' })
    }),
    reservePermit: decide((data, { policy }, event, at) => {
      if (event.type === 'admit') rules.reserveProbe(data, policy, event.probe, at)
    }),
    returnPermit: decide((data, _, event) => rules.releaseProbe(data, probeOf(event))),
    countProbeSuccess: decide((data) => {
      data.probeSuccesses++
    }),
    countProbeFailure: decide((data) => {
      data.probeFailures++
    }),
    startLease: enqueueActions(({ context, event, enqueue }) => {
      if (event.type !== 'admit') return
      const { probe } = event
      const at = event.at + context.policy.probeTimeoutMs
      enqueue.raise({ type: 'leaseExpired', probe, at }, { delay: 'probeLease', id: lease(probe) })
    }),
    endLease: cancel(({ event }) => lease(probeOf(event))),
    // A delayed event outlives its state unless it is cancelled; its timer would be kept for nothing.
    endLeases: enqueueActions(({ context, enqueue }) => {
      for (const { id } of context.data.probes) enqueue.cancel(lease(id))
    }),
    beginRamp: decide((data, { policy }, _, at) => rules.beginRamp(data, policy, at)),
    takeShare: decide((data, { policy }, event, at) => {
      if (event.type !== 'admit' || data.ramp === null) return
      data.ramp = afterAdmission(data.ramp, policy, event.probe, at)
    }),
    leaveShare: decide((data, { policy }, _, at) => {
      if (data.ramp !== null) data.ramp = afterRejection(data.ramp, policy, at)
    }),
    closeByRamp: close(rules.closedByRamp),
    closeByProbes: close(rules.closedByProbes),
    closeByReset: close(() => ({ type: 'reset' })),
    closeByEnable: close(() => ({ type: 'enabled' })),
    isolate: hold('isolated'),
    disable: hold('disabled'),
    configure: assign(({ context, event }) => {
      if (event.type !== 'configure') return {}
      const evidence = refitEvidence(
        event.evidence ?? copyEvidence(context.data.evidence),
        context.policy,
        event.policy,
        event.at,
      )
      return { policy: event.policy, data: { ...context.data, evidence } }
    }),
  },
}).createMachine({
  id: 'breaker',
  description:
    'Guards one endpoint: opens when a trigger fires, probes after the open time, closes when probes succeed.',
  context: ({ input }) => ({
    policy: input.policy,
    seed: input.seed,
    at: input.at,
    data: input.restored?.data ?? rules.newData(input.policy, input.at),
    startIn: input.restored?.state ?? 'closed',
  }),
  initial: 'starting',
  on: {
    trip: { target: '.open', actions: 'openByTrip', description: 'An operator opens it; it will probe by itself.' },
    reset: {
      target: '.closed',
      actions: 'closeByReset',
      description: 'An operator closes it and clears the evidence.',
    },
    isolate: { target: '.forcedOpen', actions: 'isolate', description: 'An operator takes the endpoint out of use.' },
    disable: { target: '.disabled', actions: 'disable', description: 'An operator takes the breaker out of use.' },
    configure: { actions: 'configure', description: 'A new policy; state and evidence stay.' },
  },
  states: {
    starting: {
      description: 'Continues the generation in the row: a new breaker is closed, a restarted one is where it was.',
      always: [
        { guard: { type: 'startsIn', params: 'open' }, target: 'open' },
        { guard: 'startsInRamp', target: 'ramping' },
        { guard: { type: 'startsIn', params: 'halfOpen' }, target: 'halfOpen' },
        { guard: { type: 'startsIn', params: 'forcedOpen' }, target: 'forcedOpen' },
        { guard: { type: 'startsIn', params: 'disabled' }, target: 'disabled' },
        { target: 'closed' },
      ],
    },
    closed: {
      description: 'Every call is admitted; its outcome is evidence for the triggers.',
      on: {
        admit: { description: 'Admitted.' },
        succeed: [
          { guard: 'late', description: 'Admitted in an earlier generation: changes nothing.' },
          { guard: 'triggerFires', target: 'open', actions: 'openByTrigger' },
          { actions: 'countOutcome' },
        ],
        fail: [
          { guard: 'late', description: 'Admitted in an earlier generation: changes nothing.' },
          { guard: 'triggerFires', target: 'open', actions: 'openByTrigger' },
          { actions: 'countOutcome' },
        ],
        slow: [
          {
            guard: 'triggerFires',
            target: 'open',
            actions: 'openByTrigger',
            description: 'A call in flight is slow already: a call that hangs counts before it ends.',
          },
          { actions: 'countOutcome' },
        ],
      },
    },
    open: {
      description: 'Every call is rejected at once, until the open time has passed.',
      after: { openTime: { target: 'halfOpen', actions: 'beginTrial' } },
      on: {
        admit: { description: 'Rejected.' },
        elapse: {
          guard: 'openTimeElapsed',
          target: 'halfOpen',
          actions: 'beginTrial',
          description: 'The timer is late (a stalled event loop), and something is about to happen.',
        },
        fail: [
          { guard: 'late' },
          { guard: 'extendsOpenTime', target: 'open', reenter: true, actions: 'extendOpenTime' },
        ],
        probe: {
          target: 'halfOpen',
          actions: 'beginTrial',
          description: 'An operator, or a check that found the service well, ends the open time.',
        },
        trip: {
          target: 'open',
          reenter: true,
          actions: 'stayOpenByTrip',
          description: 'The open time starts again, with the reason and the length of this trip.',
        },
      },
    },
    halfOpen: {
      description: 'A few probes are admitted; their outcomes decide.',
      exit: 'endLeases',
      on: {
        admit: [
          { guard: 'permitFree', actions: ['reservePermit', 'startLease'] },
          { description: 'Rejected: every permit is held.' },
        ],
        succeed: [
          { guard: 'late' },
          { guard: 'rampFollows', target: 'ramping', actions: 'beginRamp' },
          { guard: 'lastSuccessNeeded', target: 'closed', actions: 'closeByProbes' },
          { actions: ['countProbeSuccess', 'returnPermit', 'endLease'] },
        ],
        fail: [
          { guard: 'late' },
          { guard: 'lastFailureAllowed', target: 'open', actions: 'reopen' },
          { actions: ['countProbeFailure', 'returnPermit', 'endLease'] },
        ],
        ignore: [{ guard: 'late' }, { actions: ['returnPermit', 'endLease'] }],
        leaseExpired: [
          { guard: 'late' },
          { guard: 'lastFailureAllowed', target: 'open', actions: 'reopen' },
          { actions: ['countProbeFailure', 'returnPermit', 'endLease'] },
        ],
      },
    },
    ramping: {
      description: 'Still half-open in all views: a growing share of calls is admitted, until all are.',
      after: { rampTime: { target: 'closed', actions: 'closeByRamp' } },
      on: {
        admit: [
          { guard: 'withinShare', actions: 'takeShare' },
          { actions: 'leaveShare', description: 'Rejected: beyond the present share.' },
        ],
        elapse: { guard: 'rampOver', target: 'closed', actions: 'closeByRamp', description: 'The timer is late.' },
        succeed: [{ guard: 'late' }, { actions: 'countProbeSuccess' }],
        fail: [
          { guard: 'late' },
          { guard: 'lastFailureAllowed', target: 'open', actions: 'reopen' },
          { actions: 'countProbeFailure' },
        ],
      },
    },
    forcedOpen: {
      description: 'Every call is rejected until an operator ends that.',
      on: {
        isolate: { description: 'Already forced open.' },
        enable: { target: 'closed', actions: 'closeByEnable' },
      },
    },
    disabled: {
      description: 'Every call is admitted and counted; nothing opens it.',
      on: {
        disable: { description: 'Already disabled.' },
        enable: { target: 'closed', actions: 'closeByEnable' },
      },
    },
  },
})
