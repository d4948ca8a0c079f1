// Where ours is not as opossum: what docs/opossum.md lists. Each is played with opossum, too, or it would prove nothing.
import { describe, expect, it, vi } from 'vitest'
import { boom, eachInAWorldOfItsOwn, make, type Name, type Options, outcomeOf, stoppable, world } from './world.ts'

eachInAWorldOfItsOwn()

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
    expect(world.registry.stats()[0]?.calls.late).toBe(1)
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
    expect(world.warnings).toEqual([expect.stringMatching(/^listener of success of ".*" went wrong: Error: mine/)])
  })

  it('is told by the registry, that of a promise that rejects too', async () => {
    const told: unknown[] = []
    world.registry.on('error', ({ source }) => told.push(source))
    const cacheTransport = { get: () => undefined, set: async () => throws(), flush: throws }
    const breaker = make('ours', async () => 'done', { cache: true, cacheTransport })
    breaker.on('success', async () => throws())
    expect(await outcomeOf(breaker.fire())).toBe('done')
    breaker.shutdown()
    expect(told.toSorted()).toEqual(['cacheTransport.flush', 'cacheTransport.set', 'listener of success'])
    expect(world.warnings).toEqual([])
  })

  it.each([
    ['opossum', 'nothing yet'],
    ['ours', boom],
  ] as const)('as a filter: the caller of %s gets %s', async (name, got) => {
    process.once('unhandledRejection', () => {})
    const breaker = make(name, () => Promise.reject(boom), { errorFilter: throws })
    expect(await outcomeOf(breaker.fire())).toBe(got)
    if (name === 'ours') expect([breaker.stats.failures, world.warnings.length]).toEqual([1, 1])
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
