// Public entry `switchgear/hono`: a breaker around a route of Hono, on any runtime.
export { FailedResponseError, RouteUnavailableError } from '../servers/index.ts'
export { guardRoute, type HonoGuardOptions } from './guard-route.ts'
