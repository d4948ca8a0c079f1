// opossum: timers; a probe is the first call after the reset timeout.

import type { Breaker, Library, Mistake, Settings } from '../library.ts'
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
    // An event that nobody listens to here, and most of the work.
    enableSnapshots: false,
    ...(window && {
      errorThresholdPercentage: 49,
      volumeThreshold: window.minimumCalls,
      rollingCountTimeout: window.timeMs,
    }),
    ...(filter === undefined ? {} : { errorFilter: filter }),
  }
}

const EVENTS = { outcomes: ['success', 'failure'], transitions: ['open', 'close', 'halfOpen'] }

async function startWith(options: object, listener?: Settings['listener']): Promise<Breaker> {
  const breaker = await create(options)
  if (listener !== undefined) for (const event of EVENTS[listener.to]) breaker.on(event, listener.fn)
  return {
    run: (fn) => breaker.fire(fn),
    state: () => (breaker.opened ? 'open' : breaker.halfOpen ? 'halfOpen' : 'closed'),
    // Its last event would reach the listener too.
    stop: () => (listener === undefined ? breaker.shutdown() : undefined),
  }
}

const OPENS_AT_ONCE = { timeout: false, errorThresholdPercentage: 0, volumeThreshold: 1 }

const accepts = (option: string, value: number, lasts?: Mistake['lasts']): Mistake => ({
  says: `${option} ${value}`,
  ...(lasts && { lasts }),
  make: () => startWith({ ...OPENS_AT_ONCE, [option]: value }),
})

export const opossum: Library = {
  name: 'opossum',
  packageName: 'opossum',
  needsNewerNode: true,
  configuredAs:
    '`{ timeout: false, errorThresholdPercentage: 0, volumeThreshold: 1, resetTimeout, enableSnapshots: false }`',
  policies: [{ failureThreshold: 1, openTimeout: 30_000, halfOpenMaxCalls: 1, successThreshold: 1 }],
  callTimeout: '`timeout`, by default 10 s',
  start: (settings) => startWith(optionsOf(settings), settings.listener),
  mistakes: [
    accepts('errorThresholdPercentage', Number.NaN),
    accepts('errorThresholdPercentage', -1),
    accepts('errorThresholdPercentage', Number.POSITIVE_INFINITY, 'closed'),
    accepts('resetTimeout', Number.NaN),
    accepts('resetTimeout', -1),
    accepts('resetTimeout', Number.POSITIVE_INFINITY, 'open'),
    accepts('timeout', Number.POSITIVE_INFINITY, 'call'),
  ],
}
