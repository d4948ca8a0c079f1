// mollitia: timers; a fixed number of calls in half-open, which decide when all of them are back.
import type { Library, Mistake, Breaker as Running, Settings } from '../library.ts'
import { importPeer } from '../peer.ts'

interface Module {
  readonly state: 'closed' | 'opened' | 'half-opened'
  on(event: string, listener: () => void): void
  dispose(): void
}

interface Circuit {
  fn(fn: () => unknown): { execute(): Promise<unknown> }
  on(event: string, listener: () => void): void
  dispose(): void
}

interface Mollitia {
  readonly Circuit: new (options: object) => Circuit
  readonly SlidingCountBreaker: new (options: object) => Module
  readonly SlidingTimeBreaker: new (options: object) => Module
  readonly Timeout: new (options: { readonly delay: number }) => object
}

const load = () => importPeer<Mollitia>('mollitia')

const STATES = { closed: 'closed', opened: 'open', 'half-opened': 'halfOpen' }

const OPTIONS = {
  slidingWindowSize: 1,
  minimumNumberOfCalls: 1,
  failureRateThreshold: 50,
  slowCallDurationThreshold: 0,
  permittedNumberOfCallsInHalfOpenState: 1,
}

const CALL_TIMEOUT_MS = 10_000

async function startWith(options: object, { window, callTimeout, listener }: Partial<Settings> = {}): Promise<Running> {
  const { Circuit, SlidingCountBreaker, SlidingTimeBreaker, Timeout } = await load()
  const breaker = new (window === undefined ? SlidingCountBreaker : SlidingTimeBreaker)({ ...OPTIONS, ...options })
  const inside = callTimeout ? [new Timeout({ delay: CALL_TIMEOUT_MS })] : []
  const circuit = new Circuit({ options: { modules: [breaker, ...inside] } })
  if (listener?.to === 'transitions') breaker.on('state-changed', listener.fn)
  if (listener?.to === 'outcomes') for (const of of [breaker, circuit]) of.on('execute', listener.fn)
  return {
    run: (fn) => circuit.fn(fn).execute(),
    state: () => STATES[breaker.state],
    stop: () => circuit.dispose(),
  }
}

function optionsOf({ callTimeout, failureThreshold, openTimeoutMs, halfOpenMaxCalls, filter, window }: Settings) {
  return {
    slidingWindowSize: failureThreshold,
    minimumNumberOfCalls: failureThreshold,
    // Of the last calls, all: 100 is documented as no threshold, nowhere.
    failureRateThreshold: 99,
    openStateDelay: openTimeoutMs,
    ...(window && {
      slidingWindowSize: window.timeMs,
      minimumNumberOfCalls: window.minimumCalls,
      failureRateThreshold: 50,
    }),
    permittedNumberOfCallsInHalfOpenState: halfOpenMaxCalls,
    ...(callTimeout ? { halfOpenStateMaxDelay: 30_000 } : {}),
    ...(filter === undefined ? {} : { onError: filter }),
  }
}

const accepts = (option: string, value: number, lasts?: Mistake['lasts']): Mistake => ({
  says: `${option} ${value}`,
  ...(lasts && { lasts }),
  make: () => startWith({ [option]: value }),
})

const PROMISES = 'its types ask for a function that returns a promise'

export const mollitia: Library = {
  name: 'mollitia',
  packageName: 'mollitia',
  needsNewerNode: true,
  configuredAs:
    '`SlidingCountBreaker({ slidingWindowSize, minimumNumberOfCalls, failureRateThreshold: 99, openStateDelay, permittedNumberOfCallsInHalfOpenState })`',
  callTimeout:
    'by default none; here `halfOpenStateMaxDelay: 30_000` and a module of its own inside, `Timeout({ delay: 10_000 })`',
  byDesign: { 'returns undefined at once': PROMISES, 'throws at once': PROMISES },
  policies: [{ failureThreshold: 1, openTimeout: 30_000, halfOpenMaxCalls: 1, successThreshold: 1 }],
  start: (settings) => startWith(optionsOf(settings), settings),
  mistakes: [
    accepts('failureRateThreshold', Number.NaN),
    accepts('failureRateThreshold', -1),
    accepts('failureRateThreshold', Number.POSITIVE_INFINITY, 'closed'),
    accepts('openStateDelay', Number.NaN),
    accepts('openStateDelay', -1),
    accepts('openStateDelay', Number.POSITIVE_INFINITY, 'open'),
    accepts('permittedNumberOfCallsInHalfOpenState', 0),
  ],
}
