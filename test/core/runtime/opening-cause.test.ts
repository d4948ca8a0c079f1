// What opened a breaker: the error itself, for whoever asks; in nothing that is written down.

import { inspect } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { type Breaker, isBreakerError } from '../../../src/index.ts'
import { DOWN, errorOf, fail, hold, rejected, succeed } from '../../support/calls.ts'
import { crash } from '../../support/crashes.ts'
import { EVERY_PATH, EVERY_WAY, hear, newBreaker, newRegistry } from '../../support/registries.ts'

const SECRET = 'password=hunter2'

function failWith(breaker: Breaker, error: unknown): Promise<unknown> {
  return errorOf(breaker.call(() => Promise.reject(error)))
}

/** Everywhere a cause can be asked for. */
async function causesOf(breaker: Breaker) {
  return { ofRejection: (await rejected(breaker)).cause, ofStats: breaker.stats().cause }
}

describe.each(EVERY_PATH)('the error that opened a breaker, $path', ({ options }) => {
  it('is the cause of its rejections and of the transition, and in its figures, until it closes (R16)', async () => {
    const { registry, clock } = newRegistry(options)
    const breaker = registry.breaker('a', { failureThreshold: 2, successThreshold: 1 })
    const transitions = hear(registry, 'transition')
    await fail(breaker)
    const last = new Error(SECRET)
    await failWith(breaker, last)
    expect(await causesOf(breaker)).toEqual({ ofRejection: last, ofStats: last })
    expect(registry.stats()[0]?.cause).toBe(last)
    clock.advance(30_000)
    const probe = hold(breaker)
    expect(await causesOf(breaker)).toEqual({ ofRejection: last, ofStats: last })
    await probe.succeed()
    expect(breaker.stats()).not.toHaveProperty('cause')
    expect(transitions.map(({ to, cause }) => [to, cause])).toEqual([
      ['open', last],
      ['halfOpen', undefined],
      ['closed', undefined],
    ])
  })
})

describe.each(EVERY_WAY)('the cause of an opening, $way', ({ how }) => {
  it('is the error of the probe that failed last, of the permit, or of the report (R16)', async () => {
    const { breaker, clock } = newBreaker({ failureThreshold: 1 }, how)
    const errors = [0, 1, 2].map((index) => new Error(`${index}`))
    breaker.recordFailure(errors[0])
    expect(await causesOf(breaker)).toEqual({ ofRejection: errors[0], ofStats: errors[0] })
    clock.advance(30_000)
    breaker.tryAcquire()?.failure(errors[1])
    expect(await causesOf(breaker)).toEqual({ ofRejection: errors[1], ofStats: errors[1] })
    clock.advance(30_000)
    await failWith(breaker, errors[2])
    expect(await causesOf(breaker)).toEqual({ ofRejection: errors[2], ofStats: errors[2] })
  })

  it('is none where a value failed, a lease ran out, or an operator opened it (R16)', async () => {
    const isFailure = { value: (value: unknown) => value === 503 }
    const { breaker, clock } = newBreaker({ failureThreshold: 1, isFailure, probeTimeout: '1s' }, how)
    const none = { ofRejection: undefined, ofStats: undefined }
    await fail(breaker)
    clock.advance(30_000)
    await breaker.call(() => 503)
    expect(breaker.state).toBe('open')
    expect(await causesOf(breaker)).toEqual(none)
    clock.advance(30_000)
    await fail(breaker)
    clock.advance(30_000)
    breaker.tryAcquire()
    clock.advance(1_000)
    expect(breaker.stats().reason?.type).toBe('probeFailures')
    expect(await causesOf(breaker)).toEqual(none)
    clock.advance(30_000)
    await fail(breaker)
    breaker.trip()
    expect(await causesOf(breaker)).toEqual(none)
    breaker.reset()
    await fail(breaker)
    breaker.isolate()
    expect(await causesOf(breaker)).toEqual(none)
  })

  it('is none where an error was judged a success, and the rate is reached by it (R16)', async () => {
    const { breaker } = newBreaker(
      {
        failureThreshold: null,
        failureRate: { threshold: 0.5, minimumCalls: 2, window: { calls: 2 } },
        isFailure: { error: (error) => error === DOWN },
      },
      how,
    )
    await fail(breaker)
    await failWith(breaker, new Error('not found'))
    expect(breaker.state).toBe('open')
    expect(breaker.stats()).not.toHaveProperty('cause')
  })

  it('outlives a crash of the actor, and a failure that only prolongs the open time (R16)', async () => {
    const { breaker } = newBreaker({ failureThreshold: 1, openTimeoutFrom: 'lastFailure' }, how)
    await fail(breaker)
    await crash(breaker)
    expect(breaker.stats()).toMatchObject({ state: 'open', generation: 2 })
    expect(await causesOf(breaker)).toEqual({ ofRejection: DOWN, ofStats: DOWN })
    breaker.recordFailure(new Error('another'))
    expect(await causesOf(breaker)).toEqual({ ofRejection: DOWN, ofStats: DOWN })
  })

  it('is told of the right error where a listener opens another meanwhile (R16)', async () => {
    const { registry } = newRegistry({ ...how, policy: { failureThreshold: 1 } })
    const [first, second] = [registry.breaker('a'), registry.breaker('b')]
    const other = new Error('other')
    first.on('failure', () => second.recordFailure(other))
    await fail(first)
    expect([first.stats().cause, second.stats().cause]).toEqual([DOWN, other])
  })
})

describe('what says why a breaker is open', () => {
  it.each([false, true])(
    'is written down nowhere with what the error says, captureStack: %s (R16)',
    async (captureStack) => {
      const { registry, breaker } = newBreaker({ failureThreshold: 1, captureStack })
      const transitions = hear(registry, 'transition')
      await failWith(breaker, Object.assign(new Error(SECRET), { toJSON: () => SECRET }))
      const rejection = await rejected(breaker)
      expect(rejection.cause).toBeInstanceOf(Error)
      expect(transitions[0]?.cause).toBe(rejection.cause)
      const written = [rejection, { ...rejection }, rejection.toJSON(), breaker.stats(), { ...breaker.stats() }]
      const others = [registry.stats({ latencyBoundsMs: [1] }), registry.snapshot(), registry.list(), registry.health()]
      expect(JSON.stringify([...written, ...others, transitions])).not.toContain(SECRET)
      expect(Object.keys(rejection)).not.toContain('cause')
      // Who prints the error asks for all of it.
      expect(inspect(rejection)).toContain(SECRET)
    },
  )

  it('is an error like any other: it is ours, may be given another cause, and shows none where there is none (R16)', async () => {
    const { breaker } = newBreaker({ failureThreshold: 1 })
    await fail(breaker)
    const caused = await rejected(breaker)
    expect(isBreakerError(caused, 'BREAKER_OPEN')).toBe(true)
    expect(caused.constructor.name).toBe('BreakerOpenError')
    expect(caused).toMatchObject({ name: 'BreakerOpenError', endpoint: 'a', state: 'open' })
    Object.assign(caused, { cause: 'mine' })
    expect(caused.cause).toBe('mine')
    expect((await rejected(breaker)).cause).toBe(DOWN)
    breaker.trip()
    const plain = await rejected(breaker)
    expect('cause' in plain).toBe(false)
    expect(inspect(plain)).not.toContain('cause')
  })
})

describe('an error that has opened a breaker', () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const isKept = async (ref: WeakRef<Error>) => {
    // What a job has looked at is kept until it ends.
    await new Promise((resolve) => setImmediate(resolve))
    collect()
    return ref.deref() !== undefined
  }
  const failOnce = async (breaker: Breaker) => {
    const error = new Error('down')
    await failWith(breaker, error)
    return new WeakRef(error)
  }

  it.each(EVERY_WAY)(
    'is let go when the breaker closes, is opened by hand, or is deleted: $way (R16)',
    async ({ how }) => {
      const { registry, breaker } = newBreaker({ failureThreshold: 1 }, how)
      for (const letGo of [
        () => breaker.reset(),
        () => breaker.trip(),
        () => breaker.isolate(),
        () => void registry.delete('a'),
      ]) {
        const error = await failOnce(breaker)
        await rejected(breaker)
        expect(await isKept(error)).toBe(true)
        letGo()
        expect(await isKept(error), String(letGo)).toBe(false)
        breaker.reset()
      }
      expect(await succeed(breaker)).toBe('ok')
    },
  )

  it.each(EVERY_WAY)('is none of those that a closed one has seen: $way (R16)', async ({ how }) => {
    const { breaker } = newBreaker({ failureThreshold: 2 }, how)
    const error = await failOnce(breaker)
    expect(breaker.state).toBe('closed')
    expect(await isKept(error)).toBe(false)
  })
})
