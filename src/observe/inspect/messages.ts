// Messages: the Stately inspector's protocol, as @statelyai/inspect 0.7 writes it for an actor of XState. Written here rather
// than by that package, because it does so in a timer of its own for each event, where an error ends the process.
// test/observe/inspect/protocol.test.ts compares the two.

/** The version of the protocol; receivers require one. */
const VERSION = '0.7.2'

/** What is shown of an actor's snapshot: for a breaker its state, and figures. No values of the user, unless requested. */
export interface ShownSnapshot {
  /** `'active'`, or how it ended: `'stopped'` (also: it is not shown any more), `'error'`, `'done'`. */
  readonly status: 'active' | 'done' | 'error' | 'stopped'
  /** The state of its statechart. */
  readonly value?: unknown
  /** Figures. */
  readonly context?: unknown
  /** The error of an actor that crashed. */
  readonly error?: unknown
}

/** What is shown of an event: its type, and figures. */
export interface ShownEvent {
  /** As in the statechart; `switchgear.…` for messages of the inspection itself. */
  readonly type: string
  /** `at`, `generation`, `probe`, `durationMs`, a name. */
  readonly [field: string]: unknown
}

interface Base {
  /** The actor that it is about. */
  readonly sessionId: string
  /** The registry's actor. */
  readonly rootId: string
  /** When it was sent, in ms since 1970. */
  readonly createdAt: string
  /** Required by the protocol. */
  readonly id: null
  /** The version of the protocol. */
  readonly _version: string
}

/** A new actor. */
export interface ActorMessage extends Base {
  /** Identifies the message. */
  readonly type: '@xstate.actor'
  /** For a breaker its endpoint, cut after 200 characters. */
  readonly name: string
  /** `undefined` for the registry. */
  readonly parentId: string | undefined
  /** The statechart as JSON, with the descriptions of its states and events. */
  readonly definition: string
  /** Its present state. */
  readonly snapshot: ShownSnapshot
}

/** An event came to an actor. */
export interface EventMessage extends Base {
  /** Identifies the message. */
  readonly type: '@xstate.event'
  /** The actor that sent it, if one did. */
  readonly sourceId: string | undefined
  /** The event. */
  readonly event: ShownEvent
}

/** The state of an actor after an event. */
export interface SnapshotMessage extends Base {
  /** Identifies the message. */
  readonly type: '@xstate.snapshot'
  /** The event. */
  readonly event: ShownEvent
  /** The state that it led to. */
  readonly snapshot: ShownSnapshot
}

/** A message of the Stately inspector's protocol. */
export type InspectionMessage = ActorMessage | EventMessage | SnapshotMessage

type Told<M extends InspectionMessage> = Omit<M, 'createdAt' | 'id' | '_version'>

/** Adds what all messages have. */
export function stamped<M extends InspectionMessage>(message: Told<M>): M {
  return { ...message, createdAt: String(Date.now()), id: null, _version: VERSION } as unknown as M
}

const LONGEST_NAME = 200

/** Any string is the name of an endpoint, however long. */
export function shortName(name: string): string {
  return name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}…` : name
}
