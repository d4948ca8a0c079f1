// Servers: what the integrations of HTTP servers share. No entry of the package.
export { type Exchange, guardExchange } from './guard-exchange.ts'
export { checkGuard, type GuardOptions } from './guard-options.ts'
export { FailedResponseError, judge, type RouteOutcome } from './route-outcome.ts'
export { RouteUnavailableError, refusalOf } from './route-unavailable-error.ts'
