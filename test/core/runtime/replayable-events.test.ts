// What a log needs, to be replayed: of every event when it was, of every call how long it took, and what operators changed.
import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel'
import { describe, expect, it } from 'vitest'
import { type CallMessage, createRegistry } from '../../../src/index.ts'
import type { VirtualClock } from '../../../src/testing/index.ts'
import { errorOf, fail, hold, rejected, succeed } from '../../support/calls.ts'
import { EVERY_PATH, EVERY_WAY, hear, newBreaker, newHalfOpen, newRegistry, START } from '../../support/registries.ts'

/** Counts how often the clock is read from now on. */
function readingsOf(clock: VirtualClock): () => number {
  const { now } = clock
  let readings = 0
  clock.now = () => {
    readings++
    return now()
  }
  return () => readings
}

describe('who listens to failures alone', () => {
  it.each(['failure', 'timeout', 'ignored'] as const)('to %s, has no call timed that succeeds (R60)', async (name) => {
    const { breaker, clock } = newBreaker({ latencySampling: 0 })
    breaker.on(name, () => {})
    const readings = readingsOf(clock)
    await succeed(breaker)
    breaker.tryAcquire()?.success()
    expect(readings()).toBe(0)
    breaker.on('success', () => {})
    await succeed(breaker)
    expect(readings()).toBe(2)
  })

  it.each(EVERY_PATH)('hears of each, before what comes of it: $path (R60)', async ({ options }) => {
    const { registry, clock } = newRegistry(options)
    const breaker = registry.breaker('a', { failureThreshold: 2 })
    await succeed(breaker)
    const heard: unknown[] = []
    breaker.on('failure', ({ at, generation, error }) => heard.push([at, generation, (error as Error).message]))
    breaker.on('transition', ({ to }) => heard.push(to))
    await succeed(breaker)
    await fail(breaker)
    clock.advance(5)
    breaker.recordFailure(new Error('reported'))
    expect(heard).toEqual([[START, 0, 'down'], [START + 5, 0, 'reported'], 'open'])
  })
})

describe.each(EVERY_WAY)('an event, $way', ({ how }) => {
  it('of a call says when it ended and how long it took, whatever is sampled (R60)', async () => {
    const { breaker, registry, clock } = newBreaker(
      { latencySampling: 0, ignore: { error: (error) => error === 1 } },
      how,
    )
    const heard: unknown[] = []
    for (const name of ['success', 'failure', 'timeout', 'ignored'] as const)
      registry.on(name, ({ at, durationMs }) => heard.push([name, at - START, durationMs]))
    await breaker.call(() => clock.advance(1))
    await errorOf(breaker.call(() => Promise.reject(clock.advance(2))))
    const hanging = errorOf(breaker.call(() => new Promise(() => {}), { timeout: 3 }))
    clock.advance(3)
    await hanging
    const permit = breaker.tryAcquire()
    clock.advance(4)
    permit?.failure(1)
    expect(heard).toEqual([
      ['success', 1, 1],
      ['failure', 3, 2],
      ['timeout', 6, 3],
      ['ignored', 10, 4],
    ])
  })

  it('of a call that was late says what it came to, and how long it took where somebody listened (R60)', async () => {
    const { breaker, registry, clock } = newBreaker({ latencySampling: 0 }, how)
    const late = hear(registry, 'late')
    registry.on('success', () => {})
    const permits = [breaker.tryAcquire(), breaker.tryAcquire(), breaker.tryAcquire(), breaker.tryAcquire()]
    breaker.reset()
    clock.advance(9)
    permits[0]?.success()
    permits[1]?.failure()
    permits[2]?.failure(new DOMException('', 'TimeoutError'))
    permits[3]?.ignore()
    expect(late.map(({ outcome }) => outcome)).toEqual(['success', 'failure', 'timeout', 'ignored'])
    for (const event of late)
      expect(event).toMatchObject({ at: START + 9, durationMs: 9, admittedIn: 0, generation: 1 })
  })

  it('of a call inside a call says what it came to, when, and how long it took (R60)', async () => {
    const { breaker, registry, clock } = newHalfOpen({ latencySampling: 0 }, how)
    const nested = hear(registry, 'nested')
    await breaker.call(() => breaker.call(async () => clock.advance(3)))
    const { generation } = breaker
    expect(nested).toStrictEqual([{ endpoint: 'a', generation, outcome: 'success', at: clock.now(), durationMs: 3 }])
  })

  it('tells that a closed breaker was reset: its calls in flight are late from then on (R60)', async () => {
    const { breaker, registry, clock } = newBreaker({}, how)
    const transitions = hear(registry, 'transition')
    const call = hold(breaker)
    clock.advance(3)
    breaker.reset()
    expect(transitions).toMatchObject([
      { from: 'closed', to: 'closed', generation: 1, reason: { type: 'reset' }, at: START + 3 },
    ])
    await call.succeed()
    expect(breaker.stats().calls.late).toBe(1)
    await registry.resetAll()
    expect(transitions).toMatchObject([{}, { from: 'closed', to: 'closed', generation: 2 }])
  })

  it('tells of each policy that a breaker is given, with the one before it (R60)', async () => {
    const { breaker, registry, clock } = newBreaker({}, how)
    const configured = hear(registry, 'configured')
    const first = breaker.policy
    clock.advance(2)
    registry.configure('a', { failureThreshold: 7 })
    const second = breaker.policy
    expect(configured).toEqual([
      { endpoint: 'a', policy: second, previous: first, at: START + 2, time: expect.any(Number) },
    ])
    expect(second.failureThreshold).toBe(7)
    registry.breaker('b')
    await registry.configureAll({ policy: { failureThreshold: 9 } })
    // That of `a` was given for its name.
    expect(configured.slice(1)).toMatchObject([{ endpoint: 'b', policy: { failureThreshold: 9 } }])
    // A crash, or a subscriber, gives no policy.
    breaker.unfold()()
    expect(configured).toHaveLength(2)
  })
})

it('the channel of calls says of each when it was, and of late and nested ones what they came to (R60)', async () => {
  const { breaker, clock } = newBreaker({
    latencySampling: 0,
    failureThreshold: 1,
    maxConcurrent: 2,
    successThreshold: 1,
  })
  const messages: unknown[] = []
  const onCall = (message: unknown) => {
    const { endpoint: _, ...call } = message as CallMessage
    messages.push(call)
  }
  subscribe('switchgear:call', onCall)
  try {
    const [first, second] = [breaker.tryAcquire(), breaker.tryAcquire()]
    await errorOf(breaker.call(() => 'not run'))
    clock.advance(4)
    first?.failure()
    second?.success()
    await rejected(breaker)
    clock.advance(30_000)
    await breaker.call(() => breaker.call(() => clock.advance(1)))
  } finally {
    unsubscribe('switchgear:call', onCall)
  }
  const end = START + 4 + 30_000 + 1
  expect(messages).toStrictEqual([
    { generation: 0, outcome: 'limited', at: START },
    { generation: 0, outcome: 'failure', at: START + 4, durationMs: 4 },
    { generation: 1, outcome: 'late', result: 'success', admittedIn: 0, at: START + 4, durationMs: 4 },
    { generation: 1, outcome: 'rejected', at: START + 4 },
    { generation: 2, outcome: 'nested', result: 'success', at: end, durationMs: 1 },
    { generation: 2, outcome: 'success', at: end, durationMs: 1 },
  ])
  expect(channel('switchgear:call').hasSubscribers).toBe(false)
})

describe('the seed of a registry', () => {
  it('can be read, also where it was chosen at random, and makes the same open times (R60)', () => {
    const policy = { failureThreshold: 1, openTimeout: '10s', backoff: { jitter: 1, max: '10s' } } as const
    const waitOf = (seed?: number) => {
      const { registry } = newRegistry({ policy, seed })
      registry.breaker('a').trip()
      return { seed: registry.seed, waitMs: registry.breaker('a').stats().retryAfterMs }
    }
    expect(waitOf(7).seed).toBe(7)
    const chosen = waitOf(createRegistry().seed)
    expect(waitOf(chosen.seed)).toEqual(chosen)
    expect(waitOf(undefined).seed).not.toBe(chosen.seed)
  })
})

describe.each(EVERY_WAY)('the figures of a breaker, $way', ({ how }) => {
  it('say how many probes of this generation have succeeded and failed so far, and none else (R62)', async () => {
    const { breaker, clock } = newHalfOpen({ successThreshold: 3, halfOpenFailureThreshold: 3 }, how)
    expect(breaker.stats()).toMatchObject({ probesSucceeded: 0, probesFailed: 0 })
    await succeed(breaker)
    await succeed(breaker)
    await fail(breaker)
    expect(breaker.stats()).toMatchObject({ state: 'halfOpen', probesSucceeded: 2, probesFailed: 1 })
    await fail(breaker, 2)
    expect(breaker.stats()).toMatchObject({ state: 'open', probesSucceeded: 0, probesFailed: 0 })
    clock.advance(30_000)
    expect(breaker.stats()).toMatchObject({ state: 'halfOpen', probesSucceeded: 0, probesFailed: 0 })
  })

  it('say when the last failure counted, also one that opened it or failed a probe; no late one (R62)', async () => {
    const { breaker, clock } = newBreaker({ failureThreshold: 2 }, how)
    const lastFailure = () => breaker.stats().lastFailureAt
    expect(lastFailure()).toBeNull()
    await fail(breaker)
    clock.advance(5)
    await succeed(breaker)
    expect(lastFailure()).toBe(START)
    const call = hold(breaker)
    await fail(breaker, 2)
    expect(lastFailure()).toBe(START + 5)
    clock.advance(1)
    await call.fail()
    expect(lastFailure()).toBe(START + 5)
    clock.advance(30_000)
    await fail(breaker)
    expect(lastFailure()).toBe(clock.now())
  })
})
