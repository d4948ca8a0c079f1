// Public entry `switchgear/resource`: a pool or a client under a breaker that heals by itself.
export type { HealthCheck, HealthCheckContext } from './health-check.ts'
export type { RecoveryOptions, ResourceOptions } from './options.ts'
export { createResource, type Resource, type ResourceHealth } from './resource.ts'
export { ResourceUnavailableError } from './resource-unavailable-error.ts'
export type { RecoveryStatus } from './self-recovery.ts'
