// Inspector: where the messages go: a bridge of ours, an inspector of @statelyai/inspect, or anything that takes messages.
import { ArgumentError } from '../../index.ts'
import type { ActorMessage, InspectionMessage } from './messages.ts'

/** Anything that takes messages of the Stately inspector's protocol, such as a bridge of `createInspectorBridge`. */
export interface MessageReceiver {
  /** Takes a message. What it throws, or rejects with, becomes an `error` event of the registry. */
  send(message: InspectionMessage): unknown
}

/** An inspector of @statelyai/inspect: `createWebSocketInspector`, `createBrowserInspector`, `createInspector`. */
export interface StatelyInspector {
  /** Takes a new actor. */
  actor(actor: StatelyActor | string, snapshot?: object, info?: object): void
  /** Takes an event. */
  event(sessionId: string, event: { readonly type: string }, info?: object): void
  /** Takes a snapshot. */
  snapshot(sessionId: string, snapshot: object, info?: object): void
}

/** The part of an actor that an inspector reads. */
export interface StatelyActor {
  /** Its number. */
  readonly sessionId: string
  /** The actor above it. */
  readonly _parent?: StatelyActor
  /** Its statechart. */
  readonly logic?: {
    /** As JSON. */
    readonly config: object
  }
}

/** With more than this waiting in its socket, an inspector gets only what it must not miss. */
const MOST_WAITING_BYTES = 4 * 1024 * 1024

/** @throws ArgumentError for anything else */
export function senderTo(inspector: MessageReceiver | StatelyInspector): (message: InspectionMessage) => unknown {
  if (has(inspector, 'send')) return (message) => inspector.send(message)
  if (has(inspector, 'actor') && has(inspector, 'event') && has(inspector, 'snapshot')) {
    return (message) => tell(inspector, message)
  }
  const expected = 'a bridge of createInspectorBridge(), an inspector of @statelyai/inspect, or { send(message) }'
  throw new ArgumentError('inspectRegistry(registry, { inspector })', expected, inspector)
}

function has<K extends string>(value: unknown, method: K): value is Record<K, (message: InspectionMessage) => unknown> {
  return typeof (value as Partial<Record<K, unknown>> | null | undefined)?.[method] === 'function'
}

/** By its own methods, so that its filter and its sanitizers see them. */
function tell(inspector: StatelyInspector, message: InspectionMessage): void {
  const { sessionId } = message
  if (message.type === '@xstate.actor') inspector.actor(actorOf(message), message.snapshot)
  // A new actor must not be lost; its events may be.
  else if (isCongested(inspector)) return
  else if (message.type === '@xstate.snapshot')
    inspector.snapshot(sessionId, message.snapshot, { event: message.event })
  else inspector.event(sessionId, message.event, message.sourceId === undefined ? {} : { source: message.sourceId })
}

/** It names an actor after the id of its machine. */
function actorOf({ sessionId, parentId, name, definition }: ActorMessage): StatelyActor {
  const logic = { config: { ...(JSON.parse(definition) as object), id: name } }
  return parentId === undefined ? { sessionId, logic } : { sessionId, logic, _parent: { sessionId: parentId } }
}

/** Its socket accepts everything, and keeps in memory what the other side does not read. */
function isCongested(inspector: StatelyInspector): boolean {
  const { adapter } = inspector as { adapter?: { ws?: { bufferedAmount?: unknown } } }
  const waiting = adapter?.ws?.bufferedAmount
  return typeof waiting === 'number' && waiting > MOST_WAITING_BYTES
}
