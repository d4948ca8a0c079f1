// Guard: who may send requests. A page of another site must neither read nor command (Origin, Sec-Fetch-Site), also not
// under a name of its own that it points to this machine (Host: DNS rebinding).
import { createHash, timingSafeEqual } from 'node:crypto'

/** The names of this machine that no foreign server can have. */
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]']

/** Where a server of our own listens. */
export interface Address {
  /** As in a URL: `127.0.0.1`, `[::1]`. */
  readonly host: string
  readonly port: number
}

/**
 * Whether a Host is allowed: one of those configured (with their port, or with any if they have none; `null`: all), a name
 * of this machine, or the address on which our server listens, which no other name can stand for.
 */
export function isHostAllowed(host: string, allowed: readonly string[] | null, at: Address | null): boolean {
  if (allowed === null) return true
  const written = host.toLowerCase()
  const [, name = '', port = ''] = /^(.*?)(?::(\d+))?$/.exec(written) ?? []
  if (allowed.includes(written) || allowed.includes(name)) return true
  if (at === null) return LOOPBACK.includes(name)
  // Browsers leave out the usual one.
  return [...LOOPBACK, at.host].includes(name) && Number(port || 80) === at.port
}

/** Whether a request comes from a page of the same host, or from no page at all. */
export function isOfSameOrigin(headers: Headers, host: string): boolean {
  const site = headers.get('sec-fetch-site')
  if (site !== null && site !== 'same-origin' && site !== 'none') return false
  const origin = headers.get('origin')
  if (origin === null) return true
  try {
    // Behind a proxy that ends TLS the schemes differ: the hosts are compared, without the usual port of the scheme.
    const { protocol, host: originHost } = new URL(origin)
    return /^https?:$/.test(protocol) && new URL(`${protocol}//${host}`).host === originHost
  } catch {
    // `null`, or what is no URL.
    return false
  }
}

/** Whether the request has the token. Takes as long for a wrong one, however much of it is right. */
export function hasToken(headers: Headers, token: string): boolean {
  const [, given = ''] = /^Bearer +(\S+)$/i.exec(headers.get('authorization') ?? '') ?? []
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(token))
}
