// Options of the dashboard, checked once and with their defaults.

import { checkOptions as checkKeys } from '../../core/options/index.ts'
import { ArgumentError } from '../../index.ts'

/** The options of `createDashboard`. */
export interface DashboardOptions {
  /** The title of the page: the name of your service. Default `'switchgear'`; at most 200 characters. */
  readonly title?: string | undefined
  /** The path where a mounted dashboard lives, for example `'/breakers'`. Default `'/'`. `listen` uses it, too. */
  readonly basePath?: string | undefined
  /**
   * Allows commands and changes of policies to everyone with the token; at least 16 characters, for example
   * `process.env.DASHBOARD_TOKEN`. Default `false`: the page only shows.
   */
  readonly controls?: { readonly token: string } | false | undefined
  /**
   * The hosts under which browsers may open it, for example `['ops.example.com', 'localhost:8080']`; without a port, any
   * port. Default: only this machine's own names (`localhost`, `127.0.0.1`, `[::1]`), which are always allowed. `'*'`
   * allows every host, for a server that checks the Host itself; otherwise a foreign page could read the dashboard by DNS
   * rebinding.
   */
  readonly allowedHosts?: readonly string[] | '*' | undefined
}

/** As used inside. */
export interface Settings {
  readonly title: string
  /** Without a slash at its end: empty for the root. */
  readonly basePath: string
  readonly token: string | null
  /** In small letters; `null`: every host. */
  readonly allowedHosts: readonly string[] | null
}

const NAMES = ['title', 'basePath', 'controls', 'allowedHosts']
const SHORTEST_TOKEN = 16
const LONGEST_TITLE = 200
const BASE_PATH = /^(\/[\w.~-]+)*\/?$/
const HOST = /^(\[[\da-f:.]+\]|[a-z\d_.-]+)(:\d{1,5})?$/

/** @throws ArgumentError (`INVALID_ARGUMENT`) */
export function checkOptions(options: DashboardOptions): Settings {
  checkKeys('options', options, NAMES)
  const { title = 'switchgear', basePath = '/', controls = false, allowedHosts = [] } = options
  if (typeof title !== 'string' || title === '' || title.length > LONGEST_TITLE) {
    throw new ArgumentError('options.title', `a text of 1 to ${LONGEST_TITLE} characters`, title)
  }
  if (typeof basePath !== 'string' || !BASE_PATH.test(basePath) || /\/\.\.?(\/|$)/.test(basePath)) {
    throw new ArgumentError('options.basePath', "a path that begins with a slash, as in '/breakers'", basePath)
  }
  return {
    title,
    basePath: basePath.replace(/\/$/, ''),
    token: tokenOf(controls),
    allowedHosts: allowedHosts === '*' ? null : hostsOf(allowedHosts),
  }
}

function tokenOf(controls: unknown): string | null {
  if (controls === false) return null
  const expected = `false, or { token } with a token of at least ${SHORTEST_TOKEN} characters`
  if (typeof controls !== 'object' || controls === null) throw new ArgumentError('options.controls', expected, controls)
  checkKeys('options.controls', controls, ['token'])
  const { token } = controls as { readonly token?: unknown }
  // What can't be in a header can't be sent.
  if (typeof token === 'string' && token.length >= SHORTEST_TOKEN && /^[\x21-\x7e]+$/.test(token)) return token
  // The message may end in a log: nothing of the token is in it.
  const received = typeof token === 'string' ? `one of ${token.length} characters` : token
  if (typeof token !== 'string' || token.length < SHORTEST_TOKEN) {
    throw new ArgumentError('options.controls.token', `at least ${SHORTEST_TOKEN} characters`, received)
  }
  throw new ArgumentError('options.controls.token', 'letters, digits and signs of ASCII, without spaces', 'others')
}

function hostsOf(hosts: unknown): readonly string[] {
  const expected = "'*', or host names with or without a port, as in ['ops.example.com']"
  if (!Array.isArray(hosts)) throw new ArgumentError('options.allowedHosts', expected, hosts)
  return hosts.map((host: unknown) => {
    const name = typeof host === 'string' ? host.toLowerCase() : ''
    if (!HOST.test(name)) throw new ArgumentError('options.allowedHosts', expected, host)
    return name
  })
}
