// BridgeAccess: who may talk to the bridge. Any page that a developer visits can send requests to the developer's machine.
// So a request must be for a known host (or an attacker's name could lead here: DNS rebinding), come from no other page,
// and have the token.
import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** Why a request is refused, as an HTTP status. */
export interface Refusal {
  readonly status: 401 | 403
  readonly why: string
}

/** What a request must have. */
export interface Access {
  readonly hosts: readonly string[]
  readonly token: string
}

/** `null` where the request may pass. */
export function refusalOf(request: IncomingMessage, { hosts, token }: Access): Refusal | null {
  const { headers } = request
  const host = headers.host ?? ''
  if (!hosts.includes(host.toLowerCase().replace(/:\d+$/, ''))) {
    return { status: 403, why: 'This host is not known: see allowedHosts.' }
  }
  // Browsers say which page a connection is from; other programs do not. `null` is a page without an origin.
  const { origin } = headers
  if (origin !== undefined && !['http', 'https'].some((scheme) => origin === `${scheme}://${host}`)) {
    return { status: 403, why: 'Other pages may not connect.' }
  }
  const given = addressOf(request).searchParams.get('token') ?? ''
  return isSame(given, token) ? null : { status: 401, why: 'The token is missing or wrong: take the whole address.' }
}

/** The address of the request; for nonsense, such as `//`, an address where there is nothing. */
export function addressOf({ url = '/' }: IncomingMessage): URL {
  const base = 'http://bridge'
  return URL.canParse(url, base) ? new URL(url, base) : new URL(`${base}/nonsense`)
}

/** Takes as long for a wrong token, however much of it is right: digests have one length. */
function isSame(given: string, token: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(token))
}
