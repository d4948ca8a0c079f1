// Messages: the Stately inspector's protocol, as @statelyai/inspect 0.7 writes it for an actor of XState. Written here rather
// than by that package, because it does so in a timer of its own for each event, where an error ends the process.
// test/observe/inspect/protocol.test.ts compares the two.

/** The version of the protocol; receivers ask that there is one. */
const VERSION = '0.7.2'

/** What is shown of an actor's snapshot: of a breaker its state, and figures. No values of the user's, unless asked for. */
export interface ShownSnapshot {
  /** `'active'`, or how it ended: `'stopped'` (also: it is not shown any more), `'error'`, `'done'`. */
  readonly status: 'active' | 'done' | 'error' | 'stopped'
  /** The state of its statechart. */
  readonly value?: unknown
  /** Figures. */
  readonly context?: unknown
  /** Of an actor that crashed. */
  readonly error?: unknown
}

/** What is shown of an event: its type, and figures. */
export interface ShownEvent {
  /** As in the statechart; `switchgear.…` for what the inspection itself has to say. */
  readonly type: string
  /** `at`, `generation`, `probe`, `durationMs`, a name. */
  readonly [field: string]: unknown
}

interface Base {
  /** The actor it is about. */
  readonly sessionId: string
  /** The registry's actor. */
  readonly rootId: string
  /** When it was told, in ms since 1970. */
  readonly createdAt: string
  /** The protocol has it. */
  readonly id: null
  /** Of the protocol. */
  readonly _version: string
}

/** There is an actor. */
export interface ActorMessage extends Base {
  /** Tells the messages apart. */
  readonly type: '@xstate.actor'
  /** Of a breaker its endpoint's, cut after 200 characters. */
  readonly name: string
  /** `undefined` for the registry. */
  readonly parentId: string | undefined
  /** The statechart as JSON, with the descriptions of its states and events. */
  readonly definition: string
  /** As it is now. */
  readonly snapshot: ShownSnapshot
}

/** An event came to an actor. */
export interface EventMessage extends Base {
  /** Tells the messages apart. */
  readonly type: '@xstate.event'
  /** The actor that sent it, if one did. */
  readonly sourceId: string | undefined
  /** The event. */
  readonly event: ShownEvent
}

/** What an actor is like after an event. */
export interface SnapshotMessage extends Base {
  /** Tells the messages apart. */
  readonly type: '@xstate.snapshot'
  /** The event. */
  readonly event: ShownEvent
  /** What it led to. */
  readonly snapshot: ShownSnapshot
}

/** A message of the Stately inspector's protocol. */
export type InspectionMessage = ActorMessage | EventMessage | SnapshotMessage

type Told<M extends InspectionMessage> = Omit<M, 'createdAt' | 'id' | '_version'>

/** Puts on what all messages have. */
export function stamped<M extends InspectionMessage>(message: Told<M>): M {
  return { ...message, createdAt: String(Date.now()), id: null, _version: VERSION } as unknown as M
}

const LONGEST_NAME = 200

/** Any string is the name of an endpoint, however long. */
export function shortName(name: string): string {
  return name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}…` : name
}
