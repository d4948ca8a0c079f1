// cockatiel: reads `Date.now()` when called; calls beyond its half-open limit wait for the probes.
import type { Breaker, Library, Mistake, Settings, WindowSettings } from '../library.ts'
import { importPeer } from '../peer.ts'

interface Policy {
  execute(fn: () => unknown): Promise<unknown>
  readonly state: number
  readonly onBreak: Listen
  readonly onReset: Listen
  readonly onHalfOpen: Listen
  readonly onSuccess: Listen
  readonly onFailure: Listen
}

type Listen = (listener: () => void) => unknown

interface Cockatiel {
  readonly handleAll: object
  handleWhen(filter: (error: unknown) => boolean): object
  circuitBreaker(handled: object, options: object): Policy
  readonly ConsecutiveBreaker: new (threshold: number) => object
  readonly SamplingBreaker: new (options: object) => object
  timeout(ms: number, strategy: string): Pick<Policy, 'execute'>
  wrap(...policies: Pick<Policy, 'execute'>[]): Pick<Policy, 'execute'>
}

const load = () => importPeer<Cockatiel>('cockatiel')

const STATES = ['closed', 'open', 'halfOpen', 'forcedOpen']

type Sampling = { readonly threshold: number; readonly duration: number; readonly minimumRps: number }

async function create(
  threshold: number,
  halfOpenAfter: number,
  filter?: Settings['filter'],
  calls = 1,
  sampling?: Sampling,
): Promise<Policy> {
  const { circuitBreaker, ConsecutiveBreaker, SamplingBreaker, handleAll, handleWhen } = await load()
  return circuitBreaker(filter === undefined ? handleAll : handleWhen(filter), {
    halfOpenAfter,
    breaker: sampling === undefined ? new ConsecutiveBreaker(threshold) : new SamplingBreaker(sampling),
    halfOpenSampling: { calls, threshold: 0 },
  })
}

const WAITS = 'its README: a call beside a half-open test goes on to run its function when the test succeeds'

const samplingOf = ({ timeMs, minimumCalls }: WindowSettings): Sampling => ({
  threshold: 0.49,
  duration: timeMs,
  minimumRps: (minimumCalls * 1_000) / timeMs,
})

const runningOf = (policy: Policy, whole: Pick<Policy, 'execute'> = policy): Breaker => ({
  run: (fn) => whole.execute(fn),
  state: () => STATES[policy.state],
})

const mistake = (says: string, make: () => Promise<Policy>, lasts?: Mistake['lasts']): Mistake => ({
  says,
  ...(lasts && { lasts }),
  make: async () => runningOf(await make()),
})

export const cockatiel: Library = {
  name: 'cockatiel',
  packageName: 'cockatiel',
  needsNewerNode: true,
  configuredAs: '`{ halfOpenAfter, breaker: new ConsecutiveBreaker(n), halfOpenSampling: { calls, threshold: 0 } }`',
  policies: [
    { failureThreshold: 1, openTimeout: 30_000, halfOpenMaxCalls: 1, successThreshold: 1 },
    { failureThreshold: 2, openTimeout: 30_000, halfOpenMaxCalls: 2, successThreshold: 2 },
  ],
  isLazy: true,
  byDesign: {
    waits: WAITS,
    'runs later': WAITS,
  },
  callTimeout: '`timeout(10_000, "aggressive")`, a policy of its own inside the breaker',
  async start({ callTimeout, failureThreshold, openTimeoutMs, filter, halfOpenMaxCalls, listener, window }) {
    const policy = await create(failureThreshold, openTimeoutMs, filter, halfOpenMaxCalls, window && samplingOf(window))
    if (listener !== undefined) {
      const { onBreak, onReset, onHalfOpen, onSuccess, onFailure } = policy
      const events = { outcomes: [onSuccess, onFailure], transitions: [onBreak, onReset, onHalfOpen] }
      for (const listen of events[listener.to]) listen(listener.fn)
    }
    const { timeout, wrap } = await load()
    return runningOf(policy, callTimeout ? wrap(policy, timeout(10_000, 'aggressive')) : policy)
  },
  mistakes: [
    mistake('ConsecutiveBreaker(NaN)', () => create(Number.NaN, 30_000)),
    mistake('ConsecutiveBreaker(-1)', () => create(-1, 30_000)),
    mistake('ConsecutiveBreaker(Infinity)', () => create(Number.POSITIVE_INFINITY, 30_000), 'closed'),
    mistake('halfOpenAfter NaN', () => create(1, Number.NaN)),
    mistake('halfOpenAfter -1', () => create(1, -1)),
    mistake('halfOpenAfter Infinity', () => create(1, Number.POSITIVE_INFINITY), 'open'),
    mistake('halfOpenSampling.calls NaN', () => create(1, 30_000, undefined, Number.NaN)),
  ],
}
