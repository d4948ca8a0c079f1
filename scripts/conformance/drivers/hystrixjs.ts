// hystrixjs: reads `Date.now()` when called; it opens when the next call asks, and says no state without deciding one.
import type { Breaker, Library, Mistake, Settings } from '../library.ts'
import { importPeer } from '../peer.ts'

interface Builder extends Record<string, (value: unknown) => Builder> {}

interface Command {
  execute(fn: () => unknown): Promise<unknown>
}

interface Hystrix {
  readonly commandFactory: { getOrCreate(key: string): Builder }
}

const OPTIONS: Readonly<Record<string, unknown>> = {
  circuitBreakerErrorThresholdPercentage: 0,
  circuitBreakerRequestVolumeThreshold: 1,
  statisticalWindowLength: 3_600_000,
  statisticalWindowNumberOfBuckets: 1,
  timeout: 0,
}

let created = 0

/** Commands are cached by key: each breaker has one of its own. */
async function create(options: Readonly<Record<string, unknown>>): Promise<Command> {
  const { commandFactory } = (await importPeer<{ default: Hystrix }>('hystrixjs')).default
  let builder = commandFactory.getOrCreate(`conformance ${++created}`)
  const all = { ...OPTIONS, run: (fn: () => unknown) => fn(), ...options }
  for (const [name, value] of Object.entries(all)) builder = builder[name]?.(value) ?? builder
  return (builder as unknown as { build(): Command }).build()
}

function optionsOf({ openTimeoutMs, callTimeout, filter, window }: Settings): Record<string, unknown> {
  const options = {
    circuitBreakerSleepWindowInMilliseconds: openTimeoutMs,
    ...(window && {
      circuitBreakerErrorThresholdPercentage: 49,
      circuitBreakerRequestVolumeThreshold: window.minimumCalls,
      statisticalWindowLength: window.timeMs,
      statisticalWindowNumberOfBuckets: 10,
    }),
    ...(filter && { errorHandler: filter }),
  }
  return callTimeout ? { ...options, timeout: 30_000 } : options
}

async function startWith(options: Readonly<Record<string, unknown>>): Promise<Breaker> {
  const command = await create(options)
  return { run: (fn) => command.execute(fn), state: () => undefined }
}

const accepts = (option: string, value: number, lasts?: Mistake['lasts']): Mistake => ({
  says: `${option} ${value}`,
  ...(lasts && { lasts }),
  make: () => startWith({ [option]: value }),
})

const PROMISES = 'its README: the function must return a Promise'

export const hystrixjs: Library = {
  name: 'hystrixjs',
  packageName: 'hystrixjs',
  needsNewerNode: false,
  configuredAs:
    '`circuitBreakerErrorThresholdPercentage(0).circuitBreakerRequestVolumeThreshold(1).circuitBreakerSleepWindowInMilliseconds(…).statisticalWindowLength(3_600_000).timeout(0)`',
  policies: [{ failureThreshold: 1, openTimeout: 30_000, halfOpenMaxCalls: 1, successThreshold: 1 }],
  callTimeout: '`timeout`, by default 30 s',
  allowances: { slackMs: 1, callsWhenOpened: true },
  notOffered: { listener: 'it tells of nothing but metrics' },
  byDesign: {
    'returns undefined at once': PROMISES,
    'throws at once': PROMISES,
    'deadline: rejects when nobody asked': 'its README: the health is checked when a call comes, and it opens then',
    'deadline: rejects':
      'its README: after the configured time, which in its source is more than that many milliseconds',
    'rejects with undefined':
      'its README: what the error handler gives back counts if it is true; the default gives the error',
  },
  start: (settings) => startWith(optionsOf(settings)),
  mistakes: [
    accepts('circuitBreakerErrorThresholdPercentage', Number.NaN),
    accepts('circuitBreakerErrorThresholdPercentage', -1),
    accepts('circuitBreakerErrorThresholdPercentage', Number.POSITIVE_INFINITY, 'closed'),
    accepts('circuitBreakerSleepWindowInMilliseconds', Number.NaN),
    accepts('circuitBreakerSleepWindowInMilliseconds', -1),
    accepts('circuitBreakerSleepWindowInMilliseconds', Number.POSITIVE_INFINITY, 'open'),
    accepts('timeout', Number.POSITIVE_INFINITY, 'call'),
  ],
}
