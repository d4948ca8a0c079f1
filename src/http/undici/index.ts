// Public entry `switchgear/undici`.
export { HttpStatusError, type OutgoingRequest } from '../requests/index.ts'
export { breakerInterceptor, type InterceptorOptions } from './interceptor.ts'
export type { UndiciResponse } from './response.ts'
