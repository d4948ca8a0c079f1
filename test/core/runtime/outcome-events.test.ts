// What single calls come to, told to those who listen: to a registry, to one breaker, to a diagnostics channel.
import diagnostics from 'node:diagnostics_channel'
import { describe, expect, it } from 'vitest'
import {
  type CallMessage,
  CallTimeoutError,
  type EventName,
  type OutcomeEvent,
  type Registry,
  type RegistryEvents,
} from '../../../src/index.ts'
import { DOWN, errorOf, fail, succeed } from '../../support/calls.ts'
import { EVERY_PATH, EVERY_WAY, hear, newBreaker, newHalfOpen, newRegistry, START } from '../../support/registries.ts'

const OUTCOMES = ['success', 'failure', 'timeout', 'ignored', 'fallback', 'late', 'rejected'] as const

/** The names of the events of calls, in the order in which they come. */
function hearOutcomes(registry: Registry): EventName[] {
  const heard: EventName[] = []
  for (const name of OUTCOMES) registry.on(name, () => heard.push(name))
  return heard
}

const ANSWERED = { fallback: () => 'a fallback' }

describe.each(EVERY_WAY)('who listens to the calls of a registry, $way', ({ how }) => {
  it('hears of each call once, as what it was counted', async () => {
    const { breaker, clock, registry } = newBreaker({ ignore: ({ error }) => error === 'never mind' }, how)
    const heard = hearOutcomes(registry)
    await succeed(breaker)
    await fail(breaker)
    await errorOf(breaker.call(() => Promise.reject('never mind')))
    const hanging = errorOf(breaker.call(() => new Promise(() => {}), { timeout: 10 }))
    clock.advance(10)
    await hanging
    breaker.tryAcquire()?.ignore()
    breaker.recordFailure()
    const permit = breaker.tryAcquire()
    breaker.trip()
    permit?.success()
    await errorOf(breaker.call(() => 'not run'))
    await breaker.call(() => 'not run', ANSWERED)
    expect(heard).toEqual([
      'success',
      'failure',
      'ignored',
      'timeout',
      'ignored',
      'failure',
      'late',
      'rejected',
      'rejected',
      'fallback',
    ])
    const { allowed, rejected, succeeded, failed, ignored, late, timedOut, fallbacks } = breaker.stats().calls
    expect({ allowed, rejected, succeeded, failed, ignored, late, timedOut, fallbacks }).toEqual({
      allowed: 6,
      rejected: 2,
      succeeded: 1,
      failed: 3,
      ignored: 2,
      late: 1,
      timedOut: 1,
      fallbacks: 1,
    })
  })

  it('is told of an outcome before what comes of it, and after it was counted', async () => {
    const { breaker, registry } = newBreaker({ failureThreshold: 1 }, how)
    const heard: unknown[] = []
    registry.on('failure', ({ endpoint }) => heard.push(endpoint, breaker.stats().calls.failed))
    registry.on('transition', ({ to }) => heard.push(to))
    await fail(breaker)
    expect(heard).toEqual(['a', 1, 'open'])
  })

  it('may trip, delete and close meanwhile: the call has counted, nothing else has changed (R32)', async () => {
    for (const act of [
      (registry: Registry) => registry.breaker('a').trip(),
      (registry: Registry) => registry.delete('a'),
      (registry: Registry) => void registry.close(),
    ]) {
      const { breaker, registry } = newBreaker({ failureThreshold: 1, halfOpenMaxCalls: 2 }, how)
      const errors = hear(registry, 'error')
      registry.on('success', () => act(registry))
      expect(await succeed(breaker)).toBe('ok')
      expect(errors).toEqual([])
    }
  })

  it('reaches no caller by what it throws (R32)', async () => {
    const { breaker, registry } = newBreaker({}, how)
    const errors = hear(registry, 'error')
    registry.on('success', () => {
      throw DOWN
    })
    expect(await succeed(breaker)).toBe('ok')
    expect(errors).toEqual([{ source: 'listener', error: DOWN }])
  })
})

describe('an event of a call', () => {
  it.each(EVERY_PATH)('says which breaker, which stay, and the error: $path', async ({ options }) => {
    const { registry } = newRegistry(options)
    const breaker = registry.breaker('a')
    breaker.reset()
    const successes = hear(registry, 'success')
    const failures = hear(registry, 'failure')
    await succeed(breaker)
    await fail(breaker)
    expect(successes[0]).toMatchObject({ endpoint: 'a', generation: 1 })
    expect(failures[0]).toMatchObject({ endpoint: 'a', generation: 1, error: DOWN })
    expect(Object.isFrozen(failures[0])).toBe(true)
  })

  it('has a time, and a duration where it was measured: of every call that somebody may hear succeed (R60)', async () => {
    const { breaker, clock, registry } = newBreaker({ latencySampling: 0 })
    const successes = hear(registry, 'success')
    await breaker.call(async () => clock.advance(7))
    breaker.recordSuccess()
    const of = { endpoint: 'a', generation: 0, at: START + 7 }
    // Strictly: what nobody measured is no key.
    expect(successes).toStrictEqual([{ ...of, durationMs: 7 }, of])
  })

  it('is a timeout where the time was up, by the option or by the platform', async () => {
    const { breaker, clock, registry } = newBreaker()
    const timeouts = hear(registry, 'timeout')
    const hanging = errorOf(breaker.call(() => new Promise(() => {}), { timeout: '1s' }))
    clock.advance(1_000)
    await hanging
    const byPlatform = new DOMException('too long', 'TimeoutError')
    await errorOf(breaker.call(() => Promise.reject(byPlatform)))
    expect(timeouts.map(({ error }) => error)).toEqual([expect.any(CallTimeoutError), byPlatform])
    expect(breaker.stats().calls).toMatchObject({ failed: 2, timedOut: 2 })
  })

  it('is a failure where the error cannot be looked at', async () => {
    const refuse = () => {
      throw DOWN
    }
    const hostile = new Proxy({}, { get: refuse, has: refuse, getPrototypeOf: refuse })
    const { breaker, registry } = newBreaker()
    const failures = hear(registry, 'failure')
    await breaker.call(() => Promise.reject(hostile)).catch(() => {})
    breaker.recordFailure(null)
    expect(failures).toHaveLength(2)
  })

  it('has the very error that a fallback answers', async () => {
    const { breaker, registry } = newBreaker()
    const answered = hear(registry, 'fallback')
    await breaker.call(() => Promise.reject(DOWN), ANSWERED)
    breaker.trip()
    await breaker.call(() => 'not run', ANSWERED)
    expect(answered.map(({ error }) => error)).toEqual([DOWN, expect.objectContaining({ code: 'BREAKER_OPEN' })])
  })

  it('of a call that was in flight when somebody began to listen is told, too', async () => {
    for (const { options } of EVERY_PATH) {
      const { registry } = newRegistry(options)
      const breaker = registry.breaker('a')
      await succeed(breaker)
      let end = () => {}
      const call = breaker.call(() => new Promise<void>((resolve) => (end = resolve)))
      const heard = hear(registry, 'success')
      end()
      await call
      expect(heard).toHaveLength(1)
    }
  })
})

describe('who listens to one breaker', () => {
  it('hears of it alone, and of one of its name that is made anew', async () => {
    const { breaker, registry } = newBreaker()
    const heard: string[] = []
    for (const name of ['success', 'transition', 'deleted', 'created'] as const) {
      breaker.on(name, ({ endpoint }) => heard.push(`${name} ${endpoint}`))
    }
    await registry.call('b', () => 'ok')
    registry.breaker('b').trip()
    await succeed(breaker)
    breaker.trip()
    registry.delete('a')
    await registry.call('a', () => 'ok')
    expect(heard).toEqual(['success a', 'transition a', 'deleted a', 'created a', 'success a'])
  })

  it('hears no more once it has unsubscribed, though others do', async () => {
    const { breaker, registry } = newBreaker()
    const own: OutcomeEvent[] = []
    const stop = breaker.on('success', (event) => own.push(event))
    const all = hear(registry, 'success')
    await succeed(breaker)
    stop()
    stop()
    await succeed(breaker)
    expect([own.length, all.length]).toEqual([1, 2])
  })

  it('is told what it has done wrong at once (R50)', () => {
    const { breaker } = newBreaker()
    expect(() => breaker.on('sucess' as never, () => {})).toThrow(/success/)
    expect(() => breaker.on('success', null as never)).toThrow(/a function/)
  })

  it('leaves nothing behind when the registry is closed', async () => {
    const { breaker, registry } = newBreaker()
    const heard: OutcomeEvent[] = []
    breaker.on('success', (event) => heard.push(event))
    const call = breaker.call(async () => {
      await registry.close()
    })
    await call
    expect(heard).toEqual([])
  })
})

describe('a transition', () => {
  it('says when it happened as a date, also when it was noticed late (R05)', async () => {
    const { breaker, clock, registry } = newHalfOpen({ openTimeout: 1_000 })
    const transitions: RegistryEvents['transition'][] = hear(registry, 'transition')
    breaker.reset()
    breaker.trip()
    clock.stall(5_000)
    void breaker.state
    const [, , halfOpen] = transitions
    expect(halfOpen?.at).toBe(START + 2_000)
    expect(Date.now() - (halfOpen?.time ?? 0)).toBeGreaterThanOrEqual(4_000)
    expect(Date.now() - (halfOpen?.time ?? 0)).toBeLessThan(5_000)
  })
})

describe('a diagnostics channel', () => {
  it('tells what each call came to, and each transition, while somebody subscribes', async () => {
    const { breaker } = newBreaker({ latencySampling: 0 })
    const messages: unknown[] = []
    const onCall = (message: unknown) => messages.push((message as CallMessage).outcome)
    const onTransition = (message: unknown) => messages.push((message as RegistryEvents['transition']).to)
    await succeed(breaker)
    diagnostics.subscribe('switchgear:call', onCall)
    diagnostics.subscribe('switchgear:transition', onTransition)
    try {
      await succeed(breaker)
      await fail(breaker)
      const permit = breaker.tryAcquire()
      breaker.trip()
      permit?.success()
      await errorOf(breaker.call(() => 'not run'))
    } finally {
      diagnostics.unsubscribe('switchgear:call', onCall)
      diagnostics.unsubscribe('switchgear:transition', onTransition)
    }
    breaker.reset()
    await succeed(breaker)
    expect(messages).toEqual(['success', 'failure', 'open', 'late', 'rejected'])
  })

  it('says how long a call took where it was measured, and what it came to before what came of it', async () => {
    const { breaker, clock } = newBreaker({ latencySampling: 0, failureThreshold: 1 })
    const messages: unknown[] = []
    // When it is told, it has been counted.
    const counted: number[] = []
    const onCall = (message: unknown) => {
      messages.push(message)
      const { succeeded, failed } = breaker.stats().calls
      counted.push(succeeded + failed)
    }
    const onTransition = (message: unknown) => messages.push((message as RegistryEvents['transition']).to)
    diagnostics.subscribe('switchgear:call', onCall)
    diagnostics.subscribe('switchgear:transition', onTransition)
    try {
      await breaker.call(async () => clock.advance(7))
      breaker.recordSuccess()
      await fail(breaker)
    } finally {
      diagnostics.unsubscribe('switchgear:call', onCall)
      diagnostics.unsubscribe('switchgear:transition', onTransition)
    }
    expect(messages).toStrictEqual([
      { endpoint: 'a', generation: 0, outcome: 'success', at: START + 7, durationMs: 7 },
      { endpoint: 'a', generation: 0, outcome: 'success', at: START + 7 },
      { endpoint: 'a', generation: 0, outcome: 'failure', at: START + 7, durationMs: 0 },
      'open',
    ])
    expect(counted).toEqual([1, 2, 3])
  })
})
