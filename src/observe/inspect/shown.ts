// Shown: what of an event and of a snapshot leaves the process, field by field: figures, states and names of endpoints.
// Values of users (messages of trips, errors, functions of policies) stay, unless `values` is on.
import type { AnyEventObject, AnyMachineSnapshot, SnapshotFrom } from 'xstate'
import type { BreakerContext, breakerMachine, registryMachine } from '../../../machines/index.ts'
import { describeReason, type Policy, type Reason } from '../../index.ts'
import { type ShownEvent, type ShownSnapshot, shortName } from './messages.ts'

export type BreakerView = SnapshotFrom<typeof breakerMachine>
export type RegistryView = SnapshotFrom<typeof registryMachine>

const HIDDEN = '(hidden)'
const LONGEST_TEXT = 1_000

/** Everything else in events is evidence (which the snapshot shows), or the user's. */
const FIGURES = ['at', 'generation', 'probe', 'durationMs'] as const

/** An event of a breaker's actor or of the registry's. */
export function shownEvent(event: AnyEventObject, values: boolean): ShownEvent {
  const shown: Record<string, unknown> & { type: string } = { type: shownType(event, values) }
  for (const field of FIGURES) if (Number.isFinite(event[field])) shown[field] = event[field]
  if (typeof event['name'] === 'string') shown['name'] = shortName(event['name'])
  if (typeof event['message'] === 'string') shown['message'] = values ? textOf(event['message']) : HIDDEN
  if ('error' in event) shown['error'] = values ? textOf(event['error']) : HIDDEN
  if (event.type === 'configure') shown['policy'] = shownPolicy(event['policy'])
  return shown
}

/** An error event may have a name from outside, and those of the registry's actor name their breaker. */
function shownType({ type, actorId }: AnyEventObject, values: boolean): string {
  if (!type.startsWith('xstate.error.')) return type
  if (typeof actorId === 'string') return `xstate.error.actor.${shortName(actorId)}`
  return values ? shortName(type) : 'xstate.error'
}

export function shownBreaker(snapshot: BreakerView, values: boolean): ShownSnapshot {
  const { status, value, context } = snapshot
  const shown = { status, value, context: shownContext(context, values) }
  return status === 'error' ? { ...shown, error: values ? textOf(snapshot.error) : HIDDEN } : shown
}

/** Of an actor that an integration runs under a breaker's: its context is the integration's. */
export function shownSpawned({ status, value, context }: AnyMachineSnapshot, values: boolean): ShownSnapshot {
  return { status, value, context: values ? context : HIDDEN }
}

function shownContext({ at, policy, data }: BreakerContext, values: boolean) {
  const { generation, reason, openings, openedAt, deadline, probes, probeSuccesses, probeFailures } = data
  const why = reason === null ? null : describeReason(shownReason(reason, values))
  const evidence = shownEvidence(data.evidence)
  const current = { generation, why, openings, openedAt, deadline, probeSuccesses, probeFailures }
  return { at, ...current, probesInFlight: probes.length, evidence, policy: shownPolicy(policy) }
}

/** Counts as they are, windows by what is in them; when each failure was, and where rings begin, is for nobody. */
function shownEvidence({ failureTimes: _, oldestFailure: __, ...evidence }: BreakerContext['data']['evidence']) {
  const entries = Object.entries(evidence).map(([name, held]) => {
    return [name, typeof held === 'object' && held !== null ? { calls: held.calls, marked: held.marked } : held]
  })
  return Object.fromEntries(entries)
}

function shownReason(reason: Reason, values: boolean): Reason {
  return 'message' in reason && !values ? { ...reason, message: HIDDEN } : reason
}

/** Policies are frozen, and thousands of breakers share one. */
const policies = new WeakMap<Policy, object>()

function shownPolicy(policy: Policy): object {
  const { isFailure, ignore, ...figures } = policy
  const shown = policies.get(policy) ?? { ...figures, isFailure: presence(isFailure), ignore: presence(ignore) }
  policies.set(policy, shown)
  return shown
}

const presence = (given: unknown) => (given === null || given === undefined ? null : '(given)')

/** What makes an event of a call worth showing, however busy the breaker is. */
export function visibleOf({ status, value, context: { data, policy } }: BreakerView) {
  return { status, value, generation: data.generation, probes: data.probes, policy }
}

export type Visible = ReturnType<typeof visibleOf>

export function isSameVisible(one: Visible, other: Visible): boolean {
  return (Object.keys(one) as (keyof Visible)[]).every((key) => one[key] === other[key])
}

/** An error can be anything, and may throw when it is read. */
function textOf(thrown: unknown): string {
  try {
    return String(thrown).slice(0, LONGEST_TEXT)
  } catch {
    return '(cannot be read)'
  }
}
