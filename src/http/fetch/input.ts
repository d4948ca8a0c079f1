// Input: the arguments of fetch, read without using them up.
import type { OutgoingRequest } from '../requests/index.ts'

export type Input = Parameters<typeof fetch>[0]
export type Init = Parameters<typeof fetch>[1]
/** The signal by which the caller may cancel the request. */
export type Caller = AbortSignal | null | undefined

/** By what it has: a Request of another realm or package is an instance of another class. */
export function isRequest(input: Input): input is Request {
  return typeof input === 'object' && input !== null && 'url' in input
}

/** A Request has a signal of its own, which follows that of its maker. */
export function callerOf(input: Input, init: Init): Caller {
  return init?.signal === undefined && isRequest(input) ? input.signal : init?.signal
}

/** Whether it is a Request whose body is in use or used up, which fetch refuses. Afterwards it cannot be known who used it. */
export function isSpent(input: Input, init: Init): boolean {
  if (!isRequest(input) || (init?.body ?? null) !== null) return false
  return input.bodyUsed || input.body?.locked === true
}

/** For a `key`: read only when it is needed, because most keys need only the address. */
export function outgoing(url: URL, input: Input, init: Init): OutgoingRequest {
  const request = isRequest(input) ? input : undefined
  return {
    url,
    method: (init?.method ?? request?.method ?? 'GET').toUpperCase(),
    get headers() {
      return new Headers(init?.headers ?? request?.headers)
    },
  }
}
