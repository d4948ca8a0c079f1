// Public entry `switchgear/undici`.
export { HttpStatusError, type OutgoingRequest } from '../requests/index.ts'
export { breakerInterceptor, type InterceptorOptions, type UndiciResponse } from './interceptor.ts'
