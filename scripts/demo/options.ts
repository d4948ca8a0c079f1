// Options: what `npm start` takes on its command line, checked before anything is started.
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { parseDuration } from '../../src/edge/duration.ts'
import { PolicyError, type PolicyOptions, resolvePolicy } from '../../src/index.ts'

export interface DemoOptions {
  readonly durationMs: number
  /** Calls per second to each endpoint, in each of the two lanes. */
  readonly rate: number
  /** The user's own services; `null` for the five of the demo. */
  readonly endpoints: readonly { readonly name: string; readonly url: string }[] | null
  /** For all endpoints, instead of the policies that the demo chose. */
  readonly policy: PolicyOptions | null
  readonly json: boolean
}

export const USAGE = `npm start -- [options]

Calls services at a steady rate, with and without circuit breakers, and says what the breakers bought.

  --duration <time>      how long to call, from 1s to 1h: '15s', or milliseconds (default 15s)
  --rate <number>        calls per second to each endpoint, above 0 and at most 500 (default 20)
  --endpoint <name=url>  guard your own service instead of the demo's five; repeatable. Each call is a GET,
                         sent twice: through the breaker, and without one to compare
  --policy <file.json>   the policy for every endpoint, as in the table in docs/policy.md
                         (a timeout of 1s and "status 500 and above fails" unless it says otherwise)
  --json                 print one JSON document at the end, and nothing else
  --help                 print this

Exit codes: 0 done, 1 could not run, 2 wrong arguments, 130 ended by Ctrl-C, 143 by SIGTERM, 129 by SIGHUP.
`

/** The command line is wrong; the message is one line. */
export class UsageError extends Error {}

const LONGEST_NAME = 40

/** `'help'`, or what to run. @throws UsageError */
export function readOptions(args: readonly string[]): DemoOptions | 'help' {
  const values = readFlags(args)
  if (values.help) return 'help'
  return {
    durationMs: readDuration(values.duration ?? '15s'),
    rate: readRate(values.rate ?? '20'),
    endpoints: values.endpoint === undefined ? null : readEndpoints(values.endpoint),
    policy: values.policy === undefined ? null : readPolicy(values.policy),
    json: values.json ?? false,
  }
}

function readFlags(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        duration: { type: 'string' },
        rate: { type: 'string' },
        endpoint: { type: 'string', multiple: true },
        policy: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values
  } catch (error) {
    // Node's message goes on to explain positional arguments, over several lines.
    const [what = ''] = (error as Error).message.split(/\. |\n/)
    throw new UsageError(`${what.replace(/\.$/, '')} (--help lists the options)`)
  }
}

function readDuration(text: string): number {
  const ms = parseDuration(/^\d+(\.\d+)?$/.test(text) ? Number(text) : text)
  if (ms === undefined || ms < 1000 || ms > 3_600_000) {
    throw new UsageError(`--duration: expected '15s' or milliseconds, from 1s to 1h, received ${quote(text)}`)
  }
  return ms
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
