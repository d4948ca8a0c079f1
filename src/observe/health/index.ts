// Public entry `switchgear/health`.
export { type HealthHandler, type HealthOptions, healthHandler } from './health-handler.ts'
