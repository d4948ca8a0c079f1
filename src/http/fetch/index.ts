// Public entry `switchgear/fetch`.
export { HttpStatusError, type OutgoingRequest } from '../requests/index.ts'
export { createFetch, type FetchOptions } from './create-fetch.ts'
