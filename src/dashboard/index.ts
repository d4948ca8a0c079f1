// Public entry `switchgear/dashboard`.
export { createDashboard, type Dashboard } from './dashboard.ts'
export type { DashboardServer, ListenOptions, NodeListener } from './listen.ts'
export type { DashboardOptions } from './options.ts'
export {
  type Bye,
  COLUMN,
  COMMANDS,
  type Command,
  type ControlAnswer,
  type ControlRequest,
  type EndpointDetail,
  type EndpointRow,
  type ErrorAnswer,
  type ErrorName,
  type Hello,
  MOST_ROWS,
  MOST_TRANSITIONS,
  PATHS,
  type PolicyAnswer,
  type PolicyRequest,
  PROTOCOL,
  type Rows,
  readRow,
  STATES,
  type StreamEvents,
  type WireEvidence,
  type WireRate,
  type WireRow,
  type WireSetting,
  type WireStay,
  type WireTransition,
} from './protocol.ts'
