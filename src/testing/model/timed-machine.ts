// A machine in virtual time, as a value: its snapshot, the time, and the delayed events it has set and not cancelled.
// Built on XState's pure transition(), whose actions tell which timers a step sets and cancels: nothing is run.
import {
  type AnyEventObject,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  type EventObject,
  initialTransition,
  type MachineContext,
  type SnapshotFrom,
  type StateNode,
  type TransitionDefinition,
  transition,
} from 'xstate'

export interface PendingEvent {
  readonly id: string
  readonly event: AnyEventObject
  readonly dueAt: number
}

export interface TimedMachine<M extends AnyStateMachine = AnyStateMachine> {
  readonly snapshot: SnapshotFrom<M>
  readonly now: number
  /** Soonest first. */
  readonly timers: readonly PendingEvent[]
  /** The transitions that led here from the state before, as `source --event--> target`. */
  readonly taken: readonly string[]
}

type Executed = ReturnType<typeof initialTransition>[1][number]

export function startMachine<M extends AnyStateMachine>(machine: M, input: unknown, now: number): TimedMachine<M> {
  const [snapshot, actions] = initialTransition(machine as AnyStateMachine, input)
  return { snapshot: snapshot as SnapshotFrom<M>, now, timers: setTimers([], actions, now), taken: [] }
}

/** The machine after an event. Delays count from `asOf`, when the event was due. */
export function sendEvent<M extends AnyStateMachine>(
  machine: M,
  state: TimedMachine<M>,
  event: AnyEventObject,
  asOf = state.now,
): TimedMachine<M> {
  const [snapshot, actions] = transition(machine as AnyStateMachine, state.snapshot, event)
  const taken = [...state.taken, ...transitionsFor(machine, state.snapshot as AnyMachineSnapshot, event)]
  return {
    snapshot: snapshot as SnapshotFrom<M>,
    now: state.now,
    timers: setTimers(state.timers, actions, asOf),
    taken,
  }
}

/** Time passes to `until`; every delayed event that falls due on the way is sent at its time. */
export function passTime<M extends AnyStateMachine>(
  machine: M,
  state: TimedMachine<M>,
  until: number,
): TimedMachine<M> {
  let current = state
  for (let [due] = current.timers; due !== undefined && due.dueAt <= until; [due] = current.timers) {
    const rest = { ...current, now: Math.max(current.now, due.dueAt), timers: current.timers.slice(1) }
    current = sendEvent(machine, rest, due.event, due.dueAt)
  }
  return { ...current, now: Math.max(current.now, until) }
}

/** Every transition that an event or a delay can take, in the form of `taken`: one for each state it can start in. */
export function allTransitions(machine: AnyStateMachine): string[] {
  const found: string[] = []
  const visit = (node: AnyNode): void => {
    const children = Object.values(node.states) as AnyNode[]
    for (const child of children) visit(child)
    // A state that is left at once, without an event, is never there to take one.
    const isTransient = node.always?.some(({ guard }) => guard === undefined) ?? false
    if (children.length === 0 && !isTransient) found.push(...transitionsOf(node))
  }
  visit(machine.root as unknown as AnyNode)
  return found
}

type AnyNode = StateNode<MachineContext, EventObject>
type Definition = TransitionDefinition<MachineContext, EventObject>

/** The transitions of an atomic state: its own, and its ancestors' for events it does not handle itself. */
function transitionsOf(atomic: AnyNode): string[] {
  const labels: string[] = []
  const handled = new Set<string>()
  for (let node: AnyNode | undefined = atomic; node !== undefined; node = node.parent as AnyNode | undefined) {
    for (const [eventType, definitions] of node.transitions) {
      if (handled.has(eventType)) continue
      labels.push(...definitions.map((definition) => labelOf(definition, nameOf(atomic))))
      if (definitions.some(({ guard }) => guard === undefined)) handled.add(eventType)
    }
  }
  return labels
}

function transitionsFor(machine: AnyStateMachine, snapshot: AnyMachineSnapshot, event: AnyEventObject): string[] {
  const active = snapshot._nodes as unknown as AnyNode[]
  return (machine.getTransitionData(snapshot as never, event) as unknown as Definition[]).map((definition) => {
    const within = (node: AnyNode) => definition.source.path.every((key, depth) => node.path[depth] === key)
    const atomic = active.filter((node) => Object.keys(node.states).length === 0 && within(node))
    return labelOf(definition, atomic.map(nameOf).join('+'))
  })
}

function labelOf(definition: Definition, from: string): string {
  const { source, eventType, target } = definition
  const targets = target === undefined ? from : (target as unknown as AnyNode[]).map(nameOf).join('+')
  const alternatives = source.transitions.get(eventType) ?? []
  const which = alternatives.length > 1 ? ` [${alternatives.indexOf(definition as never) + 1}]` : ''
  return `${from} --${shortNameOf(eventType)}${which}--> ${targets}`
}

/** `path.to.state`, or the machine's id for its root. */
function nameOf(node: { readonly path: readonly string[]; readonly key: string }): string {
  return node.path.length > 0 ? node.path.join('.') : node.key
}

/** XState names the event of a delay after the state it is in: `xstate.after.openTime.breaker.open`. */
function shortNameOf(eventType: string): string {
  return /^xstate\.after\.([^.]+)\./.exec(eventType)?.[1] ?? eventType
}

function setTimers(timers: readonly PendingEvent[], actions: readonly Executed[], from: number): PendingEvent[] {
  let pending = [...timers]
  for (const { type, params } of actions) {
    const given = (params ?? {}) as { id?: string; sendId?: string; delay?: number; event?: AnyEventObject }
    if (type === 'xstate.cancel') pending = pending.filter(({ id }) => id !== given.sendId)
    if (type === 'xstate.raise' && given.delay !== undefined && given.event !== undefined) {
      const id = given.id ?? given.event.type
      pending = pending.filter((other) => other.id !== id)
      pending.push({ id, event: given.event, dueAt: from + given.delay })
    }
  }
  return pending.sort((left, right) => left.dueAt - right.dueAt)
}
