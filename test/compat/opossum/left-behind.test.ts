// Where ours is not as opossum in what it leaves behind (timers, memory, the options of others) and in what it refuses.
import { describe, expect, it, vi } from 'vitest'
import Ours from '../../../src/compat/opossum/index.ts'
import { boom, eachInAWorldOfItsOwn, make, types, world } from './world.ts'

eachInAWorldOfItsOwn()

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
    const options = Object.freeze({ cache: true, autoRenewAbortController: true, registry: world.registry })
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
    expect(world.warnings).toEqual([expect.stringContaining('errorTresholdPercentage')])
  })

  it('are refused as health checks', () => {
    const breaker = make('ours', async () => 1)
    for (const interval of ['often', -1, Number.POSITIVE_INFINITY]) {
      expect(() => breaker.healthCheck(() => {}, interval as never)).toThrow('Health check interval must be a number')
    }
    expect(() => breaker.healthCheck('check' as never)).toThrow('Health check function must be a function')
  })
})
