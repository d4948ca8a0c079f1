// Public entry `switchgear/fastify`: breakers around routes, as a plugin.
export { FailedResponseError, RouteUnavailableError } from '../servers/index.ts'
export { type FastifyBreakersOptions, fastifyBreakers } from './plugin.ts'
export type { RouteBreaker } from './route-breaker.ts'
