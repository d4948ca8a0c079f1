// Public entry `switchgear/dashboard`.
export { createDashboard, type Dashboard } from './dashboard.ts'
export type { DashboardServer, ListenOptions, NodeListener } from './listen.ts'
export type { DashboardOptions } from './options.ts'
export * from './protocol.ts'
