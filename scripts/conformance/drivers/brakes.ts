// brakes: timers; no half-open state, it closes when the circuit duration is over.
import type { Breaker, Library, Mistake, Settings } from '../library.ts'
import { importPeer } from '../peer.ts'

interface Brakes {
  exec(fn: () => unknown): Promise<unknown>
  on(event: string, listener: () => void): void
  isOpen(): boolean
  destroy(): void
}

type Constructor = new (action: (fn: () => unknown) => unknown, options: object) => Brakes

/** More than any path lasts: it has no way to do without. */
const NO_TIMEOUT_MS = 2 ** 31 - 1

async function create(options: object): Promise<Brakes> {
  const { default: Breaker } = await importPeer<{ default: Constructor }>('brakes')
  return new Breaker((fn) => fn(), { isPromise: true, registerGlobal: false, modifyError: false, ...options })
}

function optionsOf({ openTimeoutMs, callTimeout, filter, window }: Settings) {
  const options = {
    waitThreshold: 0,
    threshold: 1,
    circuitDuration: openTimeoutMs,
    ...(window && {
      waitThreshold: window.minimumCalls - 1,
      threshold: 0.51,
      bucketSpan: window.timeMs / 10,
      bucketNum: 10,
    }),
    ...(filter && { isFailure: filter }),
  }
  return callTimeout ? options : { ...options, timeout: NO_TIMEOUT_MS }
}

const EVENTS = { outcomes: ['success', 'failure'], transitions: ['circuitOpen', 'circuitClosed'] }

async function startWith(options: object, listener?: Settings['listener']): Promise<Breaker> {
  const breaker = await create(options)
  if (listener !== undefined) for (const event of EVENTS[listener.to]) breaker.on(event, listener.fn)
  return { run: (fn) => breaker.exec(fn), state: () => (breaker.isOpen() ? 'open' : 'closed') }
}

const OPENS_AT_ONCE = { waitThreshold: 0, threshold: 1, timeout: NO_TIMEOUT_MS }

const accepts = (option: string, value: number, lasts?: Mistake['lasts']): Mistake => ({
  says: `${option} ${value}`,
  ...(lasts && { lasts }),
  make: () => startWith({ ...OPENS_AT_ONCE, [option]: value }),
})

export const brakes: Library = {
  name: 'brakes',
  packageName: 'brakes',
  needsNewerNode: false,
  configuredAs: '`{ waitThreshold: 0, threshold: 1, circuitDuration, timeout: 2 ** 31 - 1, modifyError: false }`',
  policies: [{ failureThreshold: 1, openTimeout: 30_000, halfOpenMaxCalls: 1, successThreshold: 1 }],
  hasHalfOpen: false,
  callTimeout: '`timeout`, by default 15 s',
  notOffered: { limit: 'it has no half-open state: it closes after `circuitDuration`' },
  byDesign: {
    'returns undefined at once': 'its README: the function returns a promise or accepts a callback',
  },
  start: (settings) => startWith(optionsOf(settings), settings.listener),
  mistakes: [
    accepts('threshold', Number.NaN),
    accepts('threshold', -1),
    accepts('threshold', Number.POSITIVE_INFINITY),
    accepts('circuitDuration', Number.NaN),
    accepts('circuitDuration', -1),
    accepts('circuitDuration', Number.POSITIVE_INFINITY, 'open'),
    accepts('timeout', Number.POSITIVE_INFINITY, 'call'),
  ],
}
