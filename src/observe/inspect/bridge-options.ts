// BridgeOptions: the options of createInspectorBridge, checked once.
import { randomBytes } from 'node:crypto'
import { isIPv6 } from 'node:net'
import { checkOptions } from '../../core/options/index.ts'
import { ArgumentError } from '../../index.ts'

/** The options of createInspectorBridge. All are optional. */
export interface InspectorBridgeOptions {
  /** The port to listen on. Default 0: a free one. */
  readonly port?: number | undefined
  /** The address to listen on. Default `'127.0.0.1'`: nobody else on the network can connect. */
  readonly host?: string | undefined
  /**
   * Other host names that browsers may use for it, for example `['devbox.local']`, without a port. Requests for any host
   * other than these, `host`, `localhost`, `127.0.0.1` and `[::1]` are refused.
   */
  readonly allowedHosts?: readonly string[] | undefined
  /** The token that an address must have: at least 16 letters, digits, `-` or `_`. Default: 32 random ones. */
  readonly token?: string | undefined
  /** How many may be connected at a time, at least 1. Default 8. */
  readonly maxClients?: number | undefined
  /** The page of the Stately inspector. Default `'https://stately.ai/inspect'`. */
  readonly inspectorUrl?: string | undefined
  /** The address of your dashboard, which the page links to if there is no internet. Default: it says how to start one. */
  readonly dashboardUrl?: string | undefined
}

export interface ResolvedBridgeOptions {
  readonly port: number
  readonly host: string
  /** In lower case, without a port, IPv6 in brackets. */
  readonly hosts: readonly string[]
  readonly token: string
  readonly maxClients: number
  readonly inspectorUrl: URL
  readonly dashboardUrl: string | null
}

const KEYS = ['port', 'host', 'allowedHosts', 'token', 'maxClients', 'inspectorUrl', 'dashboardUrl']
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]']
const TOKEN_BYTES = 24

/** @throws ArgumentError (`INVALID_ARGUMENT`) */
export function resolveBridgeOptions(options: InspectorBridgeOptions): ResolvedBridgeOptions {
  checkOptions('createInspectorBridge(options)', options, KEYS)
  const { port = 0, host = '127.0.0.1', allowedHosts = [], maxClients = 8, dashboardUrl } = options
  const { token = randomBytes(TOKEN_BYTES).toString('base64url') } = options
  check('port', Number.isInteger(port) && port >= 0 && port <= 65_535, 'a port from 0 to 65535', port)
  check('host', isText(host), 'an address to listen on', host)
  const areHosts = Array.isArray(allowedHosts) && allowedHosts.every(isText)
  check('allowedHosts', areHosts, 'an array of host names without ports', allowedHosts)
  check('token', isText(token) && /^[\w-]{16,}$/.test(token), '16 or more letters, digits, - or _', '(not shown)')
  check('maxClients', Number.isSafeInteger(maxClients) && maxClients >= 1, 'a whole number of at least 1', maxClients)
  const hosts = [...LOOPBACK, isIPv6(host) ? `[${host}]` : host, ...allowedHosts].map((name) => name.toLowerCase())
  return {
    port,
    host,
    hosts,
    token,
    maxClients,
    inspectorUrl: urlOf('inspectorUrl', options.inspectorUrl ?? 'https://stately.ai/inspect'),
    dashboardUrl: dashboardUrl === undefined ? null : urlOf('dashboardUrl', dashboardUrl).href,
  }
}

function urlOf(option: string, text: unknown): URL {
  const url = isText(text) && URL.canParse(text) ? new URL(text) : null
  // The page embeds the one and links to the other: a javascript: address would run in it.
  if (url === null || !['http:', 'https:'].includes(url.protocol)) throw mistake(option, 'an http or https URL', text)
  return url
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function check(option: string, isRight: boolean, expected: string, received: unknown): void {
  if (!isRight) throw mistake(option, expected, received)
}

function mistake(option: string, expected: string, received: unknown): ArgumentError {
  return new ArgumentError(`createInspectorBridge({ ${option} })`, expected, received)
}
