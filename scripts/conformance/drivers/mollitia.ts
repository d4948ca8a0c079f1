// mollitia: timers; a fixed number of calls in half-open, which decide when all of them are back.
import type { Library, Settings } from '../library.ts'
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

async function create(
  options: object,
  kind: 'SlidingCountBreaker' | 'SlidingTimeBreaker' = 'SlidingCountBreaker',
): Promise<{ circuit: Circuit; breaker: Module }> {
  const { Circuit, [kind]: Breaker } = await load()
  const breaker = new Breaker({ ...OPTIONS, ...options })
  return { breaker, circuit: new Circuit({ options: { modules: [breaker] } }) }
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

const accepts = (option: string, value: number) => ({
  says: `${option} ${value}`,
  make: async () => (await create({ [option]: value })).circuit.dispose(),
})

export const mollitia: Library = {
  name: 'mollitia',
  packageName: 'mollitia',
  needsNewerNode: true,
  configuredAs:
    '`SlidingCountBreaker({ slidingWindowSize, minimumNumberOfCalls, failureRateThreshold: 99, openStateDelay, permittedNumberOfCallsInHalfOpenState })`',
  callTimeout: '`halfOpenStateMaxDelay`, by default off; here 30 s',
  byDesign: {
    'returns undefined at once': 'its types ask for a function that returns a promise',
  },
  policies: [{ failureThreshold: 1, openTimeout: 30_000, halfOpenMaxCalls: 1, successThreshold: 1 }],
  async start(settings) {
    const { breaker, circuit } = await create(optionsOf(settings), settings.window && 'SlidingTimeBreaker')
    const { listener } = settings
    if (listener?.to === 'transitions') breaker.on('state-changed', listener.fn)
    if (listener?.to === 'outcomes') for (const of of [breaker, circuit]) of.on('execute', listener.fn)
    return {
      run: (fn) => circuit.fn(fn).execute(),
      state: () => STATES[breaker.state],
      stop: () => circuit.dispose(),
    }
  },
  mistakes: [
    accepts('failureRateThreshold', Number.NaN),
    accepts('failureRateThreshold', -1),
    accepts('failureRateThreshold', Number.POSITIVE_INFINITY),
    accepts('openStateDelay', Number.NaN),
    accepts('openStateDelay', -1),
    accepts('openStateDelay', Number.POSITIVE_INFINITY),
    accepts('permittedNumberOfCallsInHalfOpenState', 0),
  ],
}
