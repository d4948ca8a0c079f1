// Servers: what the integrations of HTTP servers share. No entry of the package.
export { type Exchange, guardExchange } from './guard-exchange.ts'
export { checkGuard, type GuardOptions } from './guard-options.ts'
export { FailedResponseError, limitTime, report } from './report.ts'
export { RouteUnavailableError, refusalBy, refusalOf, waitOf } from './route-unavailable-error.ts'
