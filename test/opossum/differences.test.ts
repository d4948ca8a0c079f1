// Where ours is not as opossum: what docs/opossum.md lists. Each is played with opossum, too, or it would prove nothing.
import Opossum from 'opossum'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createRegistry, type Registry } from '../../src/index.ts'
import Ours from '../../src/opossum/index.ts'

type Options = ConstructorParameters<typeof Ours>[1]
interface Settling {
  readonly settle: (error?: unknown) => void
}

/** An action whose calls end when they are told to. */
function stoppable() {
  const calls: Settling[] = []
  const run = () =>
    new Promise<string>((resolve, reject) => {
      calls.push({ settle: (error) => (error === undefined ? resolve('done') : reject(error)) })
    })
  return { calls, run }
}

const boom = new Error('boom')
const types = { opossum: Opossum as unknown as typeof Ours, ours: Ours }
type Name = keyof typeof types
let registry: Registry
let warnings: string[]

function make(name: Name, run: (...args: never[]) => unknown, options: Options = {}) {
  const own = name === 'ours' ? { registry } : {}
  return new types[name](run as (...args: unknown[]) => unknown, { ...own, resetTimeout: 100, name: 'a', ...options })
}

/** What a promise has come to by now. */
async function outcomeOf(promise: Promise<unknown>): Promise<unknown> {
  let outcome: unknown = 'nothing yet'
  promise.then(
    (value) => {
      outcome = value
    },
    (error: unknown) => {
      outcome = error
    },
  )
  await vi.advanceTimersByTimeAsync(1)
  return outcome
}

beforeEach(() => {
  vi.useFakeTimers({ now: 0 })
  registry = createRegistry()
  warnings = []
  vi.spyOn(process, 'emitWarning').mockImplementation((text) => void warnings.push(String(text)))
})
afterEach(async () => {
  await registry.close()
  vi.restoreAllMocks()
  vi.useRealTimers()
})

/** Half-open, with a call of before it opened still under way: `late`. */
async function halfOpenWithALateCall(name: Name, options?: Options) {
  const { calls, run } = stoppable()
  const breaker = make(name, run, options)
  const late = breaker.fire()
  breaker.open()
  await vi.advanceTimersByTimeAsync(100)
  expect(breaker.halfOpen).toBe(true)
  return { breaker, calls, late }
}

describe('a late result', () => {
  it.each([
    ['opossum', true],
    ['ours', false],
  ] as const)('that is a success: does it close %s? %s', async (name, closed) => {
    const { breaker, calls, late } = await halfOpenWithALateCall(name)
    calls[0]?.settle()
    expect(await late).toBe('done')
    expect(breaker.closed).toBe(closed)
  })

  it.each([
    ['opossum', 'open'],
    ['ours', 'halfOpen'],
  ] as const)('that is a failure leaves half-open %s %s', async (name, state) => {
    const { breaker, calls, late } = await halfOpenWithALateCall(name)
    calls[0]?.settle(boom)
    await expect(late).rejects.toBe(boom)
    expect(breaker.opened ? 'open' : breaker.halfOpen ? 'halfOpen' : 'closed').toBe(state)
  })

  it('of a stay before does not open a closed one, and is told and counted all the same', async () => {
    const { breaker, calls, late } = await halfOpenWithALateCall('ours')
    breaker.close()
    const failures: unknown[] = []
    breaker.on('failure', (error) => failures.push(error))
    calls[0]?.settle(boom)
    await expect(late).rejects.toBe(boom)
    expect(failures).toEqual([boom])
    expect(breaker.stats.failures).toBe(1)
    expect(breaker.closed).toBe(true)
    expect(registry.stats()[0]?.calls.late).toBe(1)
  })
})

describe('a probe that never ends', () => {
  it.each([
    ['opossum', 'EOPENBREAKER'],
    ['ours', 'nothing yet'],
  ] as const)('keeps %s half-open: an hour later a call gets %s', async (name, got) => {
    const { breaker } = await halfOpenWithALateCall(name, { timeout: false })
    breaker.fire().catch(() => {})
    await vi.advanceTimersByTimeAsync(3_600_000)
    const outcome = await outcomeOf(breaker.fire())
    expect((outcome as { code?: string }).code ?? outcome).toBe(got)
  })

  it('is given longer than its timeout', async () => {
    const { breaker, calls } = await halfOpenWithALateCall('ours', { timeout: 60_000 })
    const probe = breaker.fire()
    await vi.advanceTimersByTimeAsync(59_000)
    calls[1]?.settle()
    await probe
    expect(breaker.closed).toBe(true)
  })
})

describe('an event loop that was blocked beyond the reset timeout', () => {
  it.each([
    ['opossum', 'Breaker is open'],
    ['ours', 'done'],
  ] as const)('the next call of %s gets %s', async (name, got) => {
    vi.useRealTimers()
    const breaker = make(name, async () => 'done', { resetTimeout: 5 })
    breaker.open()
    const openedAt = performance.now()
    while (performance.now() - openedAt < 10);
    const outcome = await breaker.fire().catch((error: Error) => error.message)
    expect(outcome).toBe(got)
    breaker.shutdown()
  })
})

describe('a warm-up', () => {
  it.each([
    ['opossum', true],
    ['ours', false],
  ] as const)('keeps %s half-open after a probe that failed: %s', async (name, stuck) => {
    const { breaker, calls } = await halfOpenWithALateCall(name, { allowWarmUp: true })
    const probe = breaker.fire()
    calls[1]?.settle(boom)
    await expect(probe).rejects.toBe(boom)
    expect(breaker.halfOpen).toBe(stuck)
  })
})

describe('code of the user that throws', () => {
  const throws = () => {
    throw new Error('mine')
  }

  it('as a listener keeps no caller of ours waiting and no other listener from hearing', async () => {
    const breaker = make('ours', async () => 'done')
    const heard: unknown[] = []
    breaker.on('success', throws)
    breaker.on('success', async () => throws())
    breaker.once('success', (result) => heard.push(result))
    expect(await outcomeOf(breaker.fire())).toBe('done')
    expect(await outcomeOf(breaker.fire())).toBe('done')
    expect(heard).toEqual(['done'])
    expect(warnings).toEqual([expect.stringContaining('a listener of success went wrong: Error: mine')])
  })

  it.each([
    ['opossum', 'nothing yet'],
    ['ours', boom],
  ] as const)('as a filter: the caller of %s gets %s', async (name, got) => {
    process.once('unhandledRejection', () => {})
    const breaker = make(name, () => Promise.reject(boom), { errorFilter: throws })
    expect(await outcomeOf(breaker.fire())).toBe(got)
    if (name === 'ours') expect([breaker.stats.failures, warnings.length]).toEqual([1, 1])
  })

  it('as a cache or its key: the caller of ours gets an answer', async () => {
    const cacheTransport = { get: () => undefined, set: throws, flush: throws }
    const cached = make('ours', async () => 'done', { cache: true, cacheTransport })
    expect(await outcomeOf(cached.fire())).toBe('done')
    cached.shutdown()
    const keyed = make('ours', async () => 'done', { cache: true, cacheGetKey: throws })
    expect(String(await outcomeOf(keyed.fire()))).toBe('Error: mine')
  })

  it('as a health check: it has failed, also when it throws at once or gives no promise', async () => {
    const breaker = make('ours', async () => 'done')
    const failed: unknown[] = []
    breaker.on('healthCheckFailed', (error) => failed.push(error.message))
    breaker.healthCheck(() => 1)
    expect(breaker.closed).toBe(true)
    breaker.healthCheck(throws)
    await vi.advanceTimersByTimeAsync(0)
    expect([failed, breaker.opened]).toEqual([['mine'], true])
    breaker.shutdown()
    breaker.healthCheck(throws)
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('an action', () => {
  it.each([
    ['opossum', 'TypeError'],
    ['ours', 'undefined'],
  ] as const)('that returns undefined: the caller of %s gets %s', async (name, got) => {
    const outcome = await outcomeOf(make(name, () => undefined).fire())
    expect(outcome instanceof Error ? outcome.name : String(outcome)).toBe(got)
  })

  it('that throws at once in a disabled breaker rejects, and does not throw into the caller', async () => {
    const run = () => {
      throw boom
    }
    expect(() => make('opossum', run, { enabled: false }).fire()).toThrow(boom)
    await expect(make('ours', run, { enabled: false }).fire()).rejects.toBe(boom)
  })
})

describe('an EventEmitter that it is, too:', () => {
  it('an error event that nobody listens to throws', () => {
    const breaker = make('ours', async () => 'done')
    expect(() => breaker.emit('error', boom)).toThrow(boom)
    expect(breaker.emit('an event of my own')).toBe(false)
    breaker.on('error', () => {})
    expect(breaker.emit('error', boom)).toBe(true)
  })
})

describe('calls that share a run', () => {
  it.each([
    ['opossum', 'Semaphore locked'],
    ['ours', 'done'],
  ] as const)('of %s get %s where one before found no place', async (name, got) => {
    const run = () => new Promise((resolve) => setTimeout(() => resolve('done'), 10))
    const breaker = make(name, run, { coalesce: true, capacity: 1, volumeThreshold: 9 })
    const [first, second] = [breaker.fire(1), breaker.fire(2)]
    await expect(second).rejects.toThrow('Semaphore locked')
    await vi.advanceTimersByTimeAsync(10)
    expect(await first).toBe('done')
    const third = breaker.fire(2).catch((error: Error) => error.message)
    await vi.advanceTimersByTimeAsync(10)
    expect(await third).toBe(got)
  })
})

describe('an emit of the user', () => {
  it('in the place of ours is called for every event, as with opossum', async () => {
    for (const name of ['opossum', 'ours'] as const) {
      const breaker = make(name, async () => 'done')
      const told: unknown[] = []
      breaker.emit = (event: string | symbol) => told.push(event) > 0
      expect(await outcomeOf(breaker.fire())).toBe('done')
      expect(told).toEqual(['fire', 'success'])
    }
  })
})

describe('an error of the breaker', () => {
  it('has no lines of a stack, and those of others keep theirs', async () => {
    const breaker = make('ours', async () => 'done')
    breaker.open()
    const error = await breaker.fire().catch((error: Error) => error)
    expect(error).toMatchObject({ stack: 'Error: Breaker is open' })
    expect(new Error('boom').stack).toContain('differences.test')
  })
})

describe('what is left behind', () => {
  it.each([
    ['opossum', 2],
    ['ours', 0],
  ] as const)('an idle breaker of %s has %i timers', (name, timers) => {
    make(name, async () => 'done')
    expect(vi.getTimerCount()).toBe(timers)
  })

  it.each([
    ['opossum', 1],
    ['ours', 0],
  ] as const)('shut down, %s has %i timers of its health check', (name, timers) => {
    const breaker = make(name, async () => 'done')
    breaker.healthCheck(async () => {})
    breaker.shutdown()
    expect(vi.getTimerCount()).toBe(timers)
  })

  it.each([
    ['opossum', [0, false, false]],
    ['ours', [2, false, true]],
  ] as const)(
    'without any listeners: failures that %s has counted, whether it is open, whether it is half-open: %o',
    async (name, expected) => {
      const breaker = make(name, () => Promise.reject(boom))
      breaker.removeAllListeners()
      for (const _ of [1, 2]) {
        await expect(breaker.fire()).rejects.toThrow()
        await vi.advanceTimersByTimeAsync(100)
      }
      const { failures } = breaker.stats
      expect([failures, breaker.opened, breaker.halfOpen]).toEqual(expected)
    },
  )

  it.each([
    ['opossum', 1],
    ['ours', 0],
  ] as const)('a call of %s that is over has %i timers of its time limit', async (name, timers) => {
    const breaker = make(name, () => Promise.reject(boom), {
      timeout: 500,
      enableSnapshots: false,
      errorThresholdPercentage: 100,
    })
    await expect(breaker.fire()).rejects.toBe(boom)
    expect(vi.getTimerCount()).toBe(timers)
  })

  it('the options that were handed in are as they were, and serve many breakers', () => {
    const options = Object.freeze({ cache: true, autoRenewAbortController: true, registry })
    const [one, other] = [new Ours(async () => 1, options), new Ours(async () => 2, options)]
    expect(one.getAbortController()).not.toBe(other.getAbortController())
    expect(one.options.cacheTransport).not.toBe(other.options.cacheTransport)
  })

  it('a slice of the window keeps 10,000 latencies at most, of more a fair sample, and counts every call', async () => {
    const random = vi.spyOn(Math, 'random').mockReturnValue(0.9999)
    const breaker = make('ours', async () => 'done', { timeout: false })
    await Promise.all(Array.from({ length: 10_050 }, () => breaker.fire()))
    expect([breaker.stats.successes, breaker.stats.latencyTimes.length]).toEqual([10_050, 10_000])
    random.mockReturnValue(0.5)
    await breaker.fire()
    expect(breaker.status.window[0]?.latencyTimes).toHaveLength(10_000)
    const none = make('ours', async () => 'done', { rollingPercentilesEnabled: false })
    await none.fire()
    expect(none.status.window[0]?.latencyTimes).toEqual([])
  })

  it('lastTimerAt is when it opened last, and before that when it was made', async () => {
    const breaker = make('ours', async () => 'done')
    expect(breaker.toJSON().state.lastTimerAt).toBe(0)
    await vi.advanceTimersByTimeAsync(70)
    breaker.open()
    expect(breaker.toJSON().state.lastTimerAt).toBe(70)
  })

  it('shut down, ours has no timers at all; nor for snapshots that nobody wants any more', async () => {
    const breaker = make('ours', async () => 'done', { allowWarmUp: true })
    breaker.status.on('snapshot', () => {})
    expect(vi.getTimerCount()).toBe(2)
    breaker.shutdown()
    expect(vi.getTimerCount()).toBe(0)
    const { status } = make('ours', async () => 'done')
    const listener = () => {}
    status.addListener('snapshot', listener)
    status.off('snapshot', listener)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('no timer but those of calls keeps a process alive', () => {
    vi.useRealTimers()
    const timers = [vi.spyOn(globalThis, 'setTimeout'), vi.spyOn(globalThis, 'setInterval')]
    const breaker = make('ours', async () => 'done', { allowWarmUp: true })
    breaker.status.on('snapshot', () => {})
    breaker.healthCheck(() => {})
    breaker.open()
    const set = timers.flatMap(({ mock }) => mock.results.map(({ value }) => value as NodeJS.Timeout))
    expect(set.map((timer) => timer.hasRef())).toEqual([false, false, false, false])
    breaker.shutdown()
  })
})

describe('options that cannot be meant', () => {
  it.each([
    [{ timeout: Number.NaN }, /options\.timeout: expected .*must be a finite number/],
    [{ timeout: true }, /options\.timeout/],
    [{ resetTimeout: 2 ** 31 }, /options\.resetTimeout/],
    [{ errorThresholdPercentage: '50' }, /options\.errorThresholdPercentage/],
    [{ rollingCountBuckets: -1 }, /options\.rollingCountBuckets/],
    [{ errorFilter: /404/ }, /options\.errorFilter: expected a function/],
    [{ cacheGetKey: 'id' }, /options\.cacheGetKey: expected a function/],
    [{ registry: {} }, /options\.registry: expected a registry/],
    [null, /options: expected an object of options/],
  ])('%o are refused', (options, message) => {
    expect(() => new Ours(async () => 1, options as never)).toThrow(message)
  })

  it('are refused in words of opossum where opossum refuses them', () => {
    const wrong = [
      [undefined, {}],
      [() => 1, { cache: true, cacheTransport: { get() {} } }],
      [() => 1, { abortController: {} }],
    ] as const
    for (const [run, options] of wrong) {
      const messages = Object.values(types).map((type) => {
        try {
          return new type(run as never, options as never)
        } catch (error) {
          return String(error)
        }
      })
      expect(messages[0]).toMatch(/^TypeError/)
      expect(messages[1]).toBe(messages[0])
    }
  })

  it('are a warning where opossum ignores them: a key that is no option', () => {
    make('ours', async () => 1, { errorTresholdPercentage: 5 } as never)
    expect(warnings).toEqual([expect.stringContaining('errorTresholdPercentage')])
  })

  it('are refused as health checks', () => {
    const breaker = make('ours', async () => 1)
    for (const interval of ['often', -1, Number.POSITIVE_INFINITY]) {
      expect(() => breaker.healthCheck(() => {}, interval as never)).toThrow('Health check interval must be a number')
    }
    expect(() => breaker.healthCheck('check' as never)).toThrow('Health check function must be a function')
  })
})
