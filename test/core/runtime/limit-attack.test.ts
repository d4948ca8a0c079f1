// A limit under functions, signals, listeners and operators that do what they must not, and in large numbers.
import { describe, expect, it } from 'vitest'
import type { PolicyOptions } from '../../../src/index.ts'
import { acquire, DOWN, errorOf, hold, jobsDone, promiseOf } from '../../support/calls.ts'
import { hear, newBreaker, newHalfOpen } from '../../support/registries.ts'

const FREE = { inFlight: 0, queued: 0 }
const codeOf = async (promise: Promise<unknown>) => ((await errorOf(promise)) as { code?: string }).code

describe('ten thousand calls that wait', () => {
  const newCrowd = (policy: PolicyOptions = {}) =>
    newBreaker({ maxConcurrent: 10, maxQueued: 10_000, failureThreshold: null, ...policy })

  it('come to their turn in order, however they end', async () => {
    const { breaker } = newCrowd()
    const order: number[] = []
    const calls = Array.from({ length: 10_010 }, (_, number) =>
      breaker.call(() => {
        order.push(number)
        if (number % 3 === 0) throw DOWN
        return number % 3 === 1 ? number : Promise.resolve(number)
      }),
    )
    const ends = await Promise.allSettled(calls)
    expect(order).toEqual(Array.from({ length: 10_010 }, (_, number) => number))
    expect(ends.filter(({ status }) => status === 'rejected')).toHaveLength(3_337)
    expect(breaker.stats()).toMatchObject({ concurrency: FREE, calls: { allowed: 10_010, limited: 0 } })
  })

  it('may all be called off at once, by one signal or by many', async () => {
    const { breaker } = newCrowd()
    const running = Array.from({ length: 10 }, () => hold(breaker))
    const shared = new AbortController()
    const own = Array.from({ length: 5_000 }, () => new AbortController())
    const calls = [
      ...own.map(({ signal }) => breaker.call(() => 'never run', { signal })),
      ...own.map(() => breaker.call(() => 'never run', { signal: shared.signal })),
    ]
    const ended = Promise.allSettled(calls)
    expect(breaker.stats().concurrency).toEqual({ inFlight: 10, queued: 10_000 })
    // From the middle, both ends and in no order.
    for (const [index] of own.entries()) own[(index * 2_999) % own.length]?.abort()
    shared.abort()
    expect(breaker.stats().concurrency).toEqual({ inFlight: 10, queued: 0 })
    expect((await ended).every(({ status }) => status === 'rejected')).toBe(true)
    for (const call of running) await call.succeed()
    expect(breaker.stats()).toMatchObject({ concurrency: FREE, calls: { allowed: 10, ignored: 0 } })
  })

  it('are rejected at once when the breaker opens', async () => {
    const { breaker } = newCrowd()
    const running = Array.from({ length: 10 }, () => hold(breaker))
    const ended = Promise.allSettled(Array.from({ length: 10_000 }, () => breaker.call(() => 'never run')))
    breaker.trip()
    expect(breaker.stats()).toMatchObject({ concurrency: { inFlight: 10, queued: 0 } })
    await ended
    expect(breaker.stats().calls).toMatchObject({ rejected: 10_000, limited: 0 })
    for (const call of running) await call.succeed()
    expect(breaker.stats().concurrency).toEqual(FREE)
  })

  it('refuse the next ones without making them wait', async () => {
    const { breaker } = newBreaker({ maxConcurrent: 1, maxQueued: 1 })
    const running = hold(breaker)
    const second = breaker.call(() => 'second')
    const ends = await Promise.allSettled(Array.from({ length: 10_000 }, () => breaker.call(() => 'never run')))
    expect(ends.every(({ status }) => status === 'rejected')).toBe(true)
    expect(breaker.stats().calls.limited).toBe(10_000)
    await running.succeed()
    expect(await second).toBe('second')
  })
})

describe('a function under a limit', () => {
  it('may delete its breaker, close its registry, trip or configure it: no place is lost', async () => {
    for (const meddle of ['delete', 'close', 'trip', 'configure'] as const) {
      const { breaker, registry } = newBreaker({ maxConcurrent: 1, maxQueued: 5 })
      const meddling = breaker.call(async () => {
        if (meddle === 'delete') registry.delete('a')
        else if (meddle === 'close') void registry.close()
        else if (meddle === 'trip') breaker.trip()
        else registry.configure('a', {})
        await jobsDone()
        return meddle
      })
      const waiting = [1, 2].map((number) => breaker.call(() => number).catch(({ code }) => code))
      expect(await meddling).toBe(meddle)
      const ends = { delete: [1, 2], close: 'REGISTRY_CLOSED', trip: 'BREAKER_OPEN', configure: [1, 2] }[meddle]
      expect(await Promise.all(waiting)).toEqual(typeof ends === 'string' ? [ends, ends] : ends)
      if (meddle === 'configure') registry.configure('a', { maxConcurrent: 1 })
      const { concurrency } = registry.isClosed ? breaker.stats() : registry.breaker('a').stats()
      expect(concurrency, meddle).toEqual(FREE)
    }
  })

  it('that hangs for ever keeps its slot, and a late result of one whose time was up gives none back twice', async () => {
    const { breaker, clock } = newBreaker({ maxConcurrent: 2, maxQueued: 5, failureThreshold: null })
    void hold(breaker)
    const timed = hold(breaker, { timeout: '1s' })
    const third = hold(breaker)
    clock.advance('1s')
    await errorOf(timed.ended)
    await jobsDone()
    expect(breaker.stats().concurrency).toEqual({ inFlight: 2, queued: 0 })
    await timed.succeed()
    await jobsDone()
    expect(breaker.stats().concurrency).toEqual({ inFlight: 2, queued: 0 })
    await third.succeed()
    expect(breaker.stats().concurrency).toEqual({ inFlight: 1, queued: 0 })
  })

  it('that returns a thenable which throws gives its slot back', async () => {
    const { breaker } = newBreaker({ maxConcurrent: 1 })
    const hostile = {
      // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tested.
      get then() {
        throw DOWN
      },
    }
    expect(await errorOf(breaker.call(() => hostile as unknown as Promise<string>))).toBe(DOWN)
    expect(breaker.stats().concurrency).toEqual(FREE)
  })
})

describe('a listener that calls as it hears', () => {
  it('of an admission takes no slot that is promised', async () => {
    const { breaker, registry } = newHalfOpen({ maxConcurrent: 1, halfOpenMaxCalls: 5 })
    const inner: Promise<unknown>[] = []
    registry.on('probe', () => inner.push(codeOf(breaker.call(() => 'inner'))))
    const outer = hold(breaker)
    expect(breaker.stats()).toMatchObject({ probesInFlight: 1, concurrency: { inFlight: 1 } })
    await outer.succeed()
    expect(await Promise.all(inner)).toEqual(['CONCURRENCY_LIMIT'])
    expect(breaker.stats().concurrency).toEqual(FREE)
  })

  it('of the admission of who waited goes behind those who still wait, though it has freed a place itself', async () => {
    const { breaker, registry, clock } = newBreaker({ maxConcurrent: 2, maxQueued: 5, halfOpenMaxCalls: 5 })
    const [one, two] = [acquire(breaker), acquire(breaker)]
    breaker.trip()
    clock.advance('30s')
    const order: string[] = []
    const call = (name: string) => breaker.call(() => order.push(name))
    const calls = [call('third'), call('fourth')]
    const stop = registry.on('probe', () => {
      stop()
      two.success()
      calls.push(call('of the listener'))
    })
    one.success()
    await jobsDone()
    await Promise.all(calls)
    expect(order).toEqual(['third', 'fourth', 'of the listener'])
    expect(breaker.stats().concurrency).toEqual(FREE)
  })

  it('of anything, and raises the limit first, finds those who waited let in before it', async () => {
    const { breaker, registry } = newBreaker({ maxConcurrent: 1, maxQueued: 1 })
    const first = acquire(breaker)
    const order: string[] = []
    const calls = [breaker.call(() => order.push('second'))]
    registry.on('created', () => {
      registry.configure('a', { maxConcurrent: 3, maxQueued: 1 })
      calls.push(breaker.call(() => order.push('of the listener')))
      expect(breaker.stats().concurrency).toEqual({ inFlight: 3, queued: 0 })
    })
    const errors = hear(registry, 'error')
    registry.breaker('b')
    expect(errors).toEqual([])
    await Promise.all(calls)
    // The call of the listener runs at once, the other when its promise is kept.
    expect(order.toSorted()).toEqual(['of the listener', 'second'])
    first.success()
    expect(breaker.stats().concurrency).toEqual(FREE)
  })

  it('of what was overdue, and deletes the breaker, leaves nobody waiting at one that is gone', async () => {
    let now = 0
    const clock = { now: () => now, setTimeout: () => 0, clearTimeout: () => {} }
    const { breaker, registry } = newBreaker({ maxConcurrent: 1, maxQueued: 1, openTimeout: 10 }, { clock })
    const first = hold(breaker)
    breaker.trip()
    registry.on('transition', () => registry.delete('a'))
    now = 10
    expect(await breaker.call(() => 'of the next breaker')).toBe('of the next breaker')
    expect(registry.breaker('a').stats()).toMatchObject({ concurrency: FREE, calls: { allowed: 1 } })
    await first.succeed()
  })

  it('of a refusal is refused, too, and ends', async () => {
    const { breaker, registry } = newBreaker({ maxConcurrent: 1 })
    const limited = hear(registry, 'limited')
    const first = hold(breaker)
    let left = 3
    registry.on('limited', () => {
      if (left-- > 0) breaker.call(() => 'never').catch(() => {})
    })
    await errorOf(breaker.call(() => 'never'))
    expect(limited).toHaveLength(4)
    await first.succeed()
  })
})

describe('a signal that is none of the platform’s', () => {
  const signalThat = (members: object) => ({
    aborted: false,
    reason: 'gone',
    addEventListener() {},
    removeEventListener() {},
    ...members,
  })

  it.each([
    [
      'throws when it is listened to',
      {
        addEventListener: () => {
          throw DOWN
        },
      },
      'down',
    ],
    [
      'is aborted while it is listened to',
      {
        addEventListener(this: { aborted: boolean }) {
          this.aborted = true
        },
      },
      'gone',
    ],
  ])('and %s ends the wait, and loses no place', async (_, members, expected) => {
    const { breaker } = newBreaker({ maxConcurrent: 1, maxQueued: 5 })
    const first = hold(breaker)
    const signal = signalThat(members) as unknown as AbortSignal
    const error = await errorOf(breaker.call(() => 'never run', { signal }))
    expect((error as Error).message ?? error).toBe(expected)
    expect(breaker.stats().concurrency).toEqual({ inFlight: 1, queued: 0 })
    await first.succeed()
    expect(breaker.stats().concurrency).toEqual(FREE)
  })

  it('and ends the wait as it is looked at, and throws then, leaves no rejection to nobody', async () => {
    const { breaker } = newBreaker({ maxConcurrent: 1, maxQueued: 5 })
    const first = hold(breaker)
    let listener: (() => void) | undefined
    const signal = {
      get aborted() {
        if (listener === undefined) return false
        listener()
        throw DOWN
      },
      reason: 'gone',
      addEventListener(_: string, given: () => void) {
        listener = given
      },
      removeEventListener() {},
    }
    const call = breaker.call(() => 'never run', { signal: signal as unknown as AbortSignal })
    expect(await errorOf(call)).toBe(DOWN)
    await jobsDone()
    expect(breaker.stats().concurrency).toEqual({ inFlight: 1, queued: 0 })
    await first.succeed()
  })

  it('and throws when it is let go of is told as an error; the call goes on', async () => {
    const { breaker, registry } = newBreaker({ maxConcurrent: 1, maxQueued: 5 })
    const errors = hear(registry, 'error')
    const first = hold(breaker)
    const members = {
      removeEventListener: () => {
        throw DOWN
      },
    }
    const second = breaker.call(() => 'ok', { signal: signalThat(members) as unknown as AbortSignal })
    await first.succeed()
    expect(await second).toBe('ok')
    expect(errors[0]).toMatchObject({ source: 'signal', endpoint: 'a', error: DOWN })
  })

  it('aborted as its turn comes ends the wait, counted nowhere, and the next one runs', async () => {
    const { breaker } = newBreaker({ maxConcurrent: 1, maxQueued: 5 })
    const first = acquire(breaker)
    const leave = new AbortController()
    const second = errorOf(breaker.call(() => promiseOf().promise, { signal: leave.signal }))
    const third = breaker.call(() => 'third')
    first.success()
    leave.abort('enough')
    expect(await second).toBe('enough')
    expect(await third).toBe('third')
    expect(breaker.stats()).toMatchObject({ concurrency: FREE, calls: { allowed: 2, ignored: 0, succeeded: 2 } })
  })
})
