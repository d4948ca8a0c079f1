// Public entry `switchgear/hono`: a breaker around a route of Hono, on any runtime.
export { FailedResponseError, type RouteOutcome } from '../servers/index.ts'
export { guardRoute, type HonoGuardOptions } from './guard-route.ts'
