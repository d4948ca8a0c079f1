// Public entry `switchgear/express`: a breaker around a route, for Express and all that take `(request, response, next)`.
export { FailedResponseError, type GuardOptions, RouteUnavailableError } from '../servers/index.ts'
export { guardRoute, type RouteGuard } from './guard-route.ts'
