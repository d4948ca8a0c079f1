import { describe, expect, it } from 'vitest'
import { createRegistry, type PolicyError, type RegistryPolicies } from '../../../src/index.ts'
import { createVirtualClock } from '../../../src/testing/index.ts'
import { fail, hold, succeedTimes } from '../../support/calls.ts'
import { EVERY_WAY, hear, newRegistry } from '../../support/registries.ts'

describe.each(EVERY_WAY)('configureAll, $way', ({ how }) => {
  it('gives its policies to the breakers there are and to those to come, and forgets the old ones (R21)', async () => {
    const { registry } = newRegistry({
      ...how,
      policy: { failureThreshold: 2, successThreshold: 7 },
      policies: { 'db-*': { failureThreshold: 3 }, mail: { failureThreshold: 4 } },
    })
    const before = ['a', 'db-1', 'mail', 'shop'].map((name) => registry.breaker(name))
    await registry.configureAll({ policy: { failureThreshold: 12 }, policies: { shop: { openTimeout: '1s' } } })
    const after = [...before, ...['b', 'db-2'].map((name) => registry.breaker(name))]
    expect(after.map(({ policy }) => policy.failureThreshold)).toEqual([12, 12, 12, 12, 12, 12])
    expect(
      after.map(({ policy }) => policy.successThreshold),
      'what is left out is the default',
    ).toEqual(after.map(() => 2))
    expect(registry.breaker('shop').policy.openTimeoutMs).toBe(1_000)
  })

  it('leaves a policy that was given for a single name whole, as it was resolved then (R21)', async () => {
    const { registry } = newRegistry({ ...how, policy: { openTimeout: '5s' }, maxBreakers: 3 })
    const ofCode = registry.breaker('of-code', { failureThreshold: 2 })
    registry.configure('configured', { failureThreshold: 3 })
    const ignored = hear(registry, 'policyIgnored')
    await registry.configureAll({ policy: { openTimeout: '9s' }, policies: { 'of-code': { failureThreshold: 8 } } })
    expect(ofCode.policy).toMatchObject({ failureThreshold: 2, openTimeoutMs: 5_000 })
    expect(registry.breaker('configured').policy).toMatchObject({ failureThreshold: 3, openTimeoutMs: 5_000 })
    registry.breaker('x')
    registry.breaker('y')
    expect(registry.has('of-code'), 'evicted').toBe(false)
    expect(registry.breaker('of-code').policy).toMatchObject({ failureThreshold: 2, openTimeoutMs: 5_000 })
    expect(ignored).toEqual([])
  })

  it('is no policy of a single name: one that is given after it binds, over the new ones (R21)', async () => {
    const { registry } = newRegistry(how)
    const breaker = registry.breaker('a')
    await registry.configureAll({ policy: { openTimeout: '9s' } })
    const ignored = hear(registry, 'policyIgnored')
    registry.breaker('a', { failureThreshold: 2 })
    expect(breaker.policy).toMatchObject({ failureThreshold: 2, openTimeoutMs: 9_000 })
    expect(ignored).toEqual([])
    registry.configure('b', { failureThreshold: 1 })
    expect(registry.breaker('b').policy).toMatchObject({ failureThreshold: 1, openTimeoutMs: 9_000 })
    registry.delete('a')
    expect(registry.breaker('a').policy.failureThreshold, 'deleted with its breaker').toBe(5)
  })

  it('keeps state, generation, deadline and evidence, and opens nothing by itself (R21)', async () => {
    const { registry, clock } = newRegistry({ ...how, policy: { failureThreshold: 5, openTimeout: '30s' } })
    const [open, closed, held] = ['open', 'closed', 'held'].map((name) => registry.breaker(name)) as [
      never,
      never,
      never,
    ]
    registry.breaker('open').trip()
    registry.breaker('held').isolate()
    await fail(closed, 4)
    clock.advance(10_000)
    const transitions = hear(registry, 'transition')
    const generations = [open, closed, held].map(({ generation }) => generation)
    await registry.configureAll({ policy: { failureThreshold: 3, openTimeout: '1s' } })
    expect(registry.list().map(({ state }) => state)).toEqual(['open', 'closed', 'forcedOpen'])
    expect([open, closed, held].map(({ generation }) => generation)).toEqual(generations)
    expect(registry.breaker('open').stats().retryAfterMs).toBe(20_000)
    expect(registry.breaker('closed').stats().consecutiveFailures).toBe(4)
    expect(transitions).toEqual([])
    await fail(closed)
    expect(registry.state('closed')).toBe('open')
  })

  it('lists all mistakes and changes nothing when one is wrong (R50)', async () => {
    const { registry } = newRegistry({ ...how, policy: { failureThreshold: 3 } })
    const breaker = registry.breaker('a')
    const wrong = {
      policy: { failureThreshold: 0, openTimeout: '1s' },
      policies: { 'db-*': { opentimeout: 1 }, mail: { successThreshold: 2 } },
      polices: {},
    }
    const error = await registry.configureAll(wrong as RegistryPolicies).catch((error: PolicyError) => error)
    expect((error as PolicyError).mistakes.map(({ path }) => path)).toEqual([
      'options.polices',
      'policy.failureThreshold',
      'policies["db-*"].opentimeout',
    ])
    expect([breaker.policy.failureThreshold, registry.breaker('b').policy.failureThreshold]).toEqual([3, 3])
  })

  it.each([undefined, null, 5, [], Promise.resolve({}), new Map()])('refuses %s for policies (R50)', async (wrong) => {
    const { registry } = newRegistry({ ...how, policy: { failureThreshold: 3 } })
    await expect(registry.configureAll(wrong as never)).rejects.toThrow('expected an object: { policy, policies }')
    await expect(registry.configureAll({ policies: wrong ?? 5 } as never)).rejects.toThrow('options.policies')
    expect(registry.breaker('a').policy.failureThreshold).toBe(3)
  })

  it('of a closed registry is refused (R33)', async () => {
    const { registry } = newRegistry(how)
    await registry.close()
    await expect(registry.configureAll({})).rejects.toMatchObject({ code: 'REGISTRY_CLOSED' })
  })

  it('is a new policy for a call in flight, too (R21)', async () => {
    const { registry } = newRegistry(how)
    const call = hold(registry.breaker('a'))
    await registry.configureAll({ policy: { failureThreshold: 1 } })
    await call.fail()
    expect(registry.state('a')).toBe('open')
  })

  it('keeps what is in a window, and gives one to a breaker that had none (R21)', async () => {
    const rate = (calls: number) => ({ threshold: 1, minimumCalls: calls, window: { calls } })
    const { registry } = newRegistry({ ...how, policies: { a: { failureThreshold: null, failureRate: rate(10) } } })
    const breaker = registry.breaker('a')
    await succeedTimes(breaker, 3)
    await fail(breaker, 3)
    registry.breaker('b')
    await registry.configureAll({ policy: { failureThreshold: null, failureRate: rate(4) } })
    expect(breaker.stats()).toMatchObject({ state: 'closed', failureRate: 0.75 })
    await fail(breaker)
    expect(breaker.state, 'four of four').toBe('open')
    await fail(registry.breaker('b'), 4)
    expect(registry.state('b')).toBe('open')
  })

  it('has the next call judged by its classifier, however plain the calls were before (R21)', async () => {
    const { registry } = newRegistry({ ...how, policy: { latencySampling: 0 } })
    const breaker = registry.breaker('a')
    await succeedTimes(breaker, 2)
    await registry.configureAll({ policy: { failureThreshold: 1, isFailure: () => true } })
    await breaker.call(() => 'bad')
    expect(breaker.state).toBe('open')
  })

  it('has latency sampled as it says (R21)', async () => {
    const { registry } = newRegistry({ ...how, policy: { latencySampling: 0 } })
    const breaker = registry.breaker('a')
    await succeedTimes(breaker, 2)
    await registry.configureAll({ policy: { latencySampling: 1 } })
    await succeedTimes(breaker, 2)
    expect(breaker.stats().latency.samples).toBe(2)
  })

  it('lets in who waits for a slot, when there are more of them (R21)', async () => {
    const { registry } = newRegistry({ ...how, policy: { maxConcurrent: 1, maxQueued: 1 } })
    const breaker = registry.breaker('a')
    const first = hold(breaker)
    const second = breaker.call(() => 'let in')
    await registry.configureAll({ policy: { maxConcurrent: 2 } })
    expect(await second).toBe('let in')
    await first.succeed()
  })

  it('has the last one win that was asked for (R21)', async () => {
    const { registry } = newRegistry(how)
    const breaker = registry.breaker('a')
    const done = [1, 2, 3].map((failureThreshold) => registry.configureAll({ policy: { failureThreshold } }))
    await Promise.all(done)
    expect(breaker.policy.failureThreshold).toBe(3)
  })
})

describe('a breaker whose policy stays as it was', () => {
  it('is left alone: its actor hears of nothing (R21)', async () => {
    const { registry } = newRegistry({ policy: { failureThreshold: 3 }, policies: { b: { openTimeout: '1s' } } })
    const heard: unknown[] = []
    for (const name of ['a', 'b']) registry.breaker(name).actor?.subscribe(() => heard.push(name))
    await registry.configureAll({ policy: { failureThreshold: 3 }, policies: { b: { openTimeout: 2_000 } } })
    expect(heard).toEqual(['b'])
  })

  it('is not one whose classifier is another function, though it is written alike (R21)', async () => {
    const above = (limit: number) => ({ value: (value: unknown) => Number(value) > limit })
    const { registry } = newRegistry({ policy: { failureThreshold: 1, isFailure: above(5) } })
    const breaker = registry.breaker('a')
    await registry.configureAll({ policy: { failureThreshold: 1, isFailure: above(3) } })
    await breaker.call(() => 4)
    expect(breaker.state).toBe('open')
  })
})

describe('very many breakers', () => {
  /** The clock moves with each reading, so that a bucket holds few of them. */
  function many() {
    const clock = createVirtualClock()
    const { now } = clock
    const registry = createRegistry({ clock })
    const breakers = Array.from({ length: 100 }, (_, index) => registry.breaker(`${index}`))
    clock.now = () => {
      clock.stall(1)
      return now()
    }
    const rest = async (done: Promise<void>) => {
      while (clock.advanceToNext());
      await done
    }
    return { breakers, clock, registry, rest }
  }
  const thresholds = (breakers: readonly { readonly policy: { readonly failureThreshold: number | null } }[]) =>
    new Set(breakers.map(({ policy }) => policy.failureThreshold))

  it('get it in slices, each under its old policy until its turn; a new one has the new at once (R21)', async () => {
    const { breakers, registry, rest } = many()
    const done = registry.configureAll({ policy: { failureThreshold: 1 } })
    expect(thresholds(breakers)).toEqual(new Set([1, 5]))
    expect(registry.breaker('new').policy.failureThreshold).toBe(1)
    await rest(done)
    expect(thresholds(breakers)).toEqual(new Set([1]))
  })

  it('may be deleted, given a policy and configured meanwhile (R21, R22)', async () => {
    const { breakers, registry, rest } = many()
    const done = registry.configureAll({ policy: { failureThreshold: 1 } })
    registry.delete('97')
    registry.configure('98', { failureThreshold: 9 })
    const again = registry.configureAll({ policy: { failureThreshold: 2 } })
    await rest(done)
    await rest(again)
    expect(registry.has('97')).toBe(false)
    expect(registry.breaker('98').policy.failureThreshold).toBe(9)
    expect(thresholds(breakers.filter((_, index) => index < 97))).toEqual(new Set([2]))
  })

  it('of a registry that is closed meanwhile stay as they are (R33)', async () => {
    const { breakers, registry, rest } = many()
    const done = registry.configureAll({ policy: { failureThreshold: 1 } })
    await rest(registry.close())
    await rest(done)
    expect(thresholds(breakers)).toEqual(new Set([1, 5]))
  })

  it('waiting for their turn in a resetAll are reset as well (R08, R21)', async () => {
    const { breakers, registry, rest } = many()
    await fail(breakers[99] as never, 3)
    const done = [registry.resetAll(), registry.configureAll({ policy: { failureThreshold: 3 } })]
    for (const each of done) await rest(each)
    expect(breakers[99]?.stats()).toMatchObject({ state: 'closed', consecutiveFailures: 0 })
    expect(thresholds(breakers)).toEqual(new Set([3]))
  })
})

it('the last of the breakers is waited for by nobody, however long it took (R33)', async () => {
  const clock = createVirtualClock()
  const { now } = clock
  const registry = createRegistry({ clock })
  registry.breaker('a')
  clock.now = () => {
    clock.stall(10)
    return now()
  }
  await registry.configureAll({ policy: { failureThreshold: 1 } })
  await registry.resetAll()
  await registry.close()
})

it('a clock that gives the registry other policies while it is read for a new breaker is borne (R21, R32)', async () => {
  const clock = createVirtualClock()
  const { now } = clock
  const registry = createRegistry({ clock })
  clock.now = () => {
    clock.now = now
    void registry.configureAll({ policy: { failureThreshold: 1 } })
    return now()
  }
  expect(registry.breaker('a').policy.failureThreshold).toBe(1)
})
