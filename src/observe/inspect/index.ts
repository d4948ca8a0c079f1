// Public entry `switchgear/inspect`: a running registry in the Stately inspector.
export { createInspectorBridge, type InspectorBridge } from './bridge.ts'
export type { InspectorBridgeOptions } from './bridge-options.ts'
export { type Inspection, inspectRegistry } from './inspect-registry.ts'
export type { MessageReceiver, StatelyActor, StatelyInspector } from './inspector.ts'
export type {
  ActorMessage,
  EventMessage,
  InspectionMessage,
  ShownEvent,
  ShownSnapshot,
  SnapshotMessage,
} from './messages.ts'
export type { InspectOptions } from './options.ts'
