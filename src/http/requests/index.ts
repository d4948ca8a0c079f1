// Requests: what createFetch and the undici interceptor have in common: the breaker of a request, how a response counts,
// and how long a server wants to be left alone. No entry of the package.
export { Exchange, type HeaderOf } from './exchange.ts'
export { Guard } from './guard.ts'
export { HttpStatusError } from './http-status-error.ts'
export { GUARD_OPTIONS, type GuardOptions, type OutgoingRequest } from './options.ts'
export { mayAskForTime, openTimeOf } from './retry-after.ts'
