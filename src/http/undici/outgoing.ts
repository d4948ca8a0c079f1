// Outgoing: a request of undici, as a `key` gets it.
import type { Dispatcher } from 'undici'
import type { OutgoingRequest } from '../requests/index.ts'

/** For a Client or a Pool that does not show its origin. */
const NOWHERE = 'http://localhost'

/** Read only when it is needed, because most keys need only the address. */
export function outgoing(given: Dispatcher.DispatchOptions): OutgoingRequest {
  return {
    get url() {
      return new URL(given.path, given.origin ?? NOWHERE)
    },
    method: given.method,
    get headers() {
      return new Headers(pairsOf(given.headers))
    },
  }
}

function pairsOf(headers: Dispatcher.DispatchOptions['headers']): [string, string][] {
  const pairs: (readonly [unknown, unknown])[] = []
  if (Array.isArray(headers)) {
    for (let at = 0; at + 1 < headers.length; at += 2) pairs.push([headers[at], headers[at + 1]])
  } else if (headers && Symbol.iterator in headers) pairs.push(...(headers as Iterable<[string, string]>))
  else pairs.push(...Object.entries(headers ?? {}))
  return pairs.flatMap(([name, value]) => [value].flat().map((one): [string, string] => [String(name), String(one)]))
}
