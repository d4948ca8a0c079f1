// Input: what fetch may be called with, read without using it up.
import type { OutgoingRequest } from '../requests/index.ts'

export type Input = Parameters<typeof fetch>[0]
export type Init = Parameters<typeof fetch>[1]
/** By what the caller may call his request off. */
export type Caller = AbortSignal | null | undefined

/** By what it has: a Request of another realm or package is an instance of another class. */
export function isRequest(input: Input): input is Request {
  return typeof input === 'object' && input !== null && 'url' in input
}

/** A Request has a signal of its own, which follows that of its maker. */
export function callerOf(input: Input, init: Init): Caller {
  return init?.signal === undefined && isRequest(input) ? input.signal : init?.signal
}

/** Whether it is a Request whose body is in use or used up, which fetch refuses. Afterwards nobody can tell by whom. */
export function isSpent(input: Input, init: Init): boolean {
  if (!isRequest(input) || (init?.body ?? null) !== null) return false
  return input.bodyUsed || input.body?.locked === true
}

/** For a `key`: read when it looks, as most look at the address alone. */
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
