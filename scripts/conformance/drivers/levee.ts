// levee: callbacks and timers; one probe at a time.
import type { Library, Mistake, Breaker as Running, Settings } from '../library.ts'
import { importPeer } from '../peer.ts'

type Callback = (error: unknown, value?: unknown) => void

interface Breaker {
  run(fn: () => unknown, callback: Callback): void
  on(event: string, listener: () => void): void
  isOpen(): boolean
  isHalfOpen(): boolean
}

interface Levee {
  createBreaker(command: (fn: () => unknown, callback: Callback) => void, options: object): Breaker
}

/** More than any path lasts: it has no way to do without. */
const NO_TIMEOUT_MS = 2 ** 31 - 1

/** A command of levee has a callback; this one serves functions that return promises. */
function command(fn: () => unknown, callback: Callback): void {
  const result = fn()
  Promise.resolve(result).then(
    (value) => callback(null, value),
    // Its callbacks take any true value for an error.
    (error) => callback(error ?? new Error('no error')),
  )
}

async function create(options: object): Promise<Breaker> {
  return (await importPeer<{ default: Levee }>('levee')).default.createBreaker(command, options)
}

function optionsOf({ failureThreshold, openTimeoutMs, callTimeout, filter }: Settings) {
  const options = { maxFailures: failureThreshold, resetTimeout: openTimeoutMs, ...(filter && { isFailure: filter }) }
  return callTimeout ? options : { ...options, timeout: NO_TIMEOUT_MS }
}

const EVENTS = { outcomes: ['success', 'failure'], transitions: ['open', 'close', 'half_open'] }

async function startWith(options: object, listener?: Settings['listener']): Promise<Running> {
  const breaker = await create(options)
  if (listener !== undefined) for (const event of EVENTS[listener.to]) breaker.on(event, listener.fn)
  return {
    run: (fn) =>
      new Promise((resolve, reject) => {
        breaker.run(fn, (error, value) => (error ? reject(error) : resolve(value)))
      }),
    state: () => (breaker.isOpen() ? 'open' : breaker.isHalfOpen() ? 'halfOpen' : 'closed'),
  }
}

const accepts = (option: string, value: number, lasts?: Mistake['lasts']): Mistake => ({
  says: `${option} ${value}`,
  ...(lasts && { lasts }),
  make: () => startWith({ maxFailures: 1, timeout: NO_TIMEOUT_MS, [option]: value }),
})

const OPTIMISTIC = 'a comment in its source: a call from before the probe that succeeds closes, one that fails opens'
const CALLBACK = 'its README: a command has a callback, and reports by it'

export const levee: Library = {
  name: 'levee',
  packageName: 'levee',
  needsNewerNode: false,
  configuredAs: '`{ maxFailures, resetTimeout, timeout: 2 ** 31 - 1 }`',
  policies: [
    { failureThreshold: 1, openTimeout: 30_000, halfOpenMaxCalls: 1, successThreshold: 1 },
    { failureThreshold: 2, openTimeout: 30_000, halfOpenMaxCalls: 1, successThreshold: 1 },
  ],
  callTimeout: '`timeout`, by default 10 s',
  notOffered: {
    window: 'it counts consecutive failures only',
    undefined: 'its commands report by a callback, where no error is a success',
  },
  byDesign: {
    'late success: half-open': OPTIMISTIC,
    'late failure: half-open': OPTIMISTIC,
    'throws at once': CALLBACK,
  },
  start: (settings) => startWith(optionsOf(settings), settings.listener),
  mistakes: [
    accepts('maxFailures', Number.NaN),
    accepts('maxFailures', -1),
    accepts('maxFailures', Number.POSITIVE_INFINITY, 'closed'),
    accepts('resetTimeout', Number.NaN),
    accepts('resetTimeout', -1),
    accepts('resetTimeout', Number.POSITIVE_INFINITY, 'open'),
    accepts('timeout', Number.POSITIVE_INFINITY, 'call'),
  ],
}
