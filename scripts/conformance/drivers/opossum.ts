// opossum: timers; a probe is the first call after the reset timeout.

import type { Library, Settings } from '../library.ts'
import { importPeer } from '../peer.ts'

interface Opossum {
  fire(fn: () => unknown): Promise<unknown>
  on(event: string, listener: () => void): void
  shutdown(): void
  readonly opened: boolean
  readonly halfOpen: boolean
}

type Constructor = new (action: (fn: () => unknown) => unknown, options: object) => Opossum

const load = async () => (await importPeer<{ default: Constructor }>('opossum')).default

async function create(options: object): Promise<Opossum> {
  const CircuitBreaker = await load()
  return new CircuitBreaker((fn) => fn(), options)
}

function optionsOf({ openTimeoutMs, callTimeout, filter, window }: Settings) {
  return {
    ...(callTimeout ? {} : { timeout: false }),
    errorThresholdPercentage: 0,
    volumeThreshold: 1,
    resetTimeout: openTimeoutMs,
    ...(window && {
      errorThresholdPercentage: 49,
      volumeThreshold: window.minimumCalls,
      rollingCountTimeout: window.timeMs,
    }),
    ...(filter === undefined ? {} : { errorFilter: filter }),
  }
}

const EVENTS = { outcomes: ['success', 'failure'], transitions: ['open', 'close', 'halfOpen'] }

const accepts = (option: string, value: number) => ({
  says: `${option} ${value}`,
  make: async () => (await create({ [option]: value })).shutdown(),
})

export const opossum: Library = {
  name: 'opossum',
  packageName: 'opossum',
  needsNewerNode: true,
  configuredAs: '`{ timeout: false, errorThresholdPercentage: 0, volumeThreshold: 1, resetTimeout }`',
  policies: [{ failureThreshold: 1, openTimeout: 30_000, halfOpenMaxCalls: 1, successThreshold: 1 }],
  callTimeout: '`timeout`, by default 10 s',
  async start(settings) {
    const breaker = await create(optionsOf(settings))
    const { listener } = settings
    if (listener !== undefined) for (const event of EVENTS[listener.to]) breaker.on(event, listener.fn)
    return {
      run: (fn) => breaker.fire(fn),
      state: () => (breaker.opened ? 'open' : breaker.halfOpen ? 'halfOpen' : 'closed'),
      // Its last event would reach the listener too.
      stop: () => (listener === undefined ? breaker.shutdown() : undefined),
    }
  },
  mistakes: [
    accepts('errorThresholdPercentage', Number.NaN),
    accepts('errorThresholdPercentage', -1),
    accepts('errorThresholdPercentage', Number.POSITIVE_INFINITY),
    accepts('resetTimeout', Number.NaN),
    accepts('resetTimeout', -1),
    accepts('resetTimeout', Number.POSITIVE_INFINITY),
    accepts('timeout', Number.POSITIVE_INFINITY),
  ],
}
