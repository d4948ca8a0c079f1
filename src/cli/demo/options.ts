// Options: what the demonstration takes on its command line, checked before anything is started.
import { readFileSync } from 'node:fs'
import { type Duration, PolicyError, type PolicyOptions, resolvePolicy } from '../../index.ts'

export interface DemoOptions {
  /** Infinity: until it is interrupted. */
  readonly durationMs: number
  /** Calls per second to each endpoint, in each of the two lanes. */
  readonly rate: number
  /** The user's own services; `null` for the five of the demo. */
  readonly endpoints: readonly { readonly name: string; readonly url: string }[] | null
  /** For all endpoints, instead of the policies that the demo chose. */
  readonly policy: PolicyOptions | null
  readonly json: boolean
}

/** As they stand on the command line. */
export interface DemoValues {
  readonly duration?: string | undefined
  readonly rate?: string | undefined
  readonly endpoint?: readonly string[] | undefined
  readonly policy?: string | undefined
  readonly json?: boolean | undefined
}

/** The command line is wrong; the message is one line. */
export class UsageError extends Error {}

const LONGEST_NAME = 40
/** As a duration: until it is ended from outside. */
export const FOREVER = 'forever'

/** What to run. @throws UsageError */
export function readOptions(values: DemoValues, usualDuration = '15s'): DemoOptions {
  return {
    durationMs: readDuration(values.duration ?? usualDuration),
    rate: readRate(values.rate ?? '20'),
    endpoints: values.endpoint === undefined ? null : readEndpoints(values.endpoint),
    policy: values.policy === undefined ? null : readPolicy(values.policy),
    json: values.json ?? false,
  }
}

function readDuration(text: string): number {
  if (text === FOREVER) return Number.POSITIVE_INFINITY
  const ms = msOf(text)
  if (ms === null || ms < 1000 || ms > 3_600_000) {
    throw new UsageError(
      `--duration: expected '15s' or milliseconds, from 1s to 1h, or ${FOREVER}, received ${quote(text)}`,
    )
  }
  return ms
}

/** As the library reads a duration, whose units are the same; plain figures are milliseconds. */
function msOf(text: string): number | null {
  try {
    return resolvePolicy({ timeout: (/^\d+(\.\d+)?$/.test(text) ? Number(text) : text) as Duration }).timeoutMs
  } catch {
    return null
  }
}

function readRate(text: string): number {
  const rate = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN
  if (!(rate > 0 && rate <= 500)) {
    throw new UsageError(`--rate: expected calls per second, above 0 and at most 500, received ${quote(text)}`)
  }
  return rate
}

function readEndpoints(texts: readonly string[]): { name: string; url: string }[] {
  const endpoints = texts.map((text) => {
    const at = text.indexOf('=')
    const name = text.slice(0, at).trim()
    if (at === -1 || name === '') throw new UsageError(`--endpoint: expected name=url, received ${quote(text)}`)
    if (name.length > LONGEST_NAME || /\p{Cc}/u.test(name)) {
      throw new UsageError(
        `--endpoint: expected a name of at most ${LONGEST_NAME} printable characters, received ${quote(name)}`,
      )
    }
    return { name, url: readUrl(text.slice(at + 1).trim()) }
  })
  const twice = endpoints.find(({ name }, index) => endpoints.findIndex((other) => other.name === name) < index)
  if (twice !== undefined)
    throw new UsageError(`--endpoint: expected different names, received ${quote(twice.name)} twice`)
  return endpoints
}

function readUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw new UsageError(`--endpoint: expected an http or https URL, received ${quote(text)}`)
  }
  // fetch refuses them at every call: better said once, before the first.
  if (url.username !== '' || url.password !== '') {
    throw new UsageError(`--endpoint: expected a URL without a user and a password, received one for ${url.host}`)
  }
  return url.href
}

function readPolicy(file: string): PolicyOptions {
  try {
    const policy = JSON.parse(readFileSync(file, 'utf8')) as PolicyOptions
    resolvePolicy(policy)
    return policy
  } catch (error) {
    const what =
      error instanceof PolicyError
        ? error.mistakes.map(({ path, expected, received }) => `${path}: expected ${expected}, received ${received}`)
        : [(error as Error).message]
    throw new UsageError(`--policy ${quote(file)}: ${what.join('; ').replaceAll(/\s+/g, ' ')}`)
  }
}

function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text)
}
