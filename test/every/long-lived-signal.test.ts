// One signal for the life of a process, as of its shutdown, is handed to thousands of calls: whatever takes it listens to it
// only as long as a call lasts. A table of all that take one.
import { getEventListeners } from 'node:events'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { breakerPolicy } from '../../src/compat/cockatiel/index.ts'
import { createFetch } from '../../src/http/fetch/index.ts'
import type { Breaker, Registry } from '../../src/index.ts'
import { createResource } from '../../src/resource/index.ts'
import { waitToRetry } from '../../src/retry/index.ts'
import { acquire, DOWN, errorOf, jobsDone } from '../support/calls.ts'
import { newBreaker } from '../support/registries.ts'

interface Made {
  readonly registry: Registry
  readonly breaker: Breaker
}
type Work = () => Promise<unknown>

/** What takes a signal, and a piece of work that it ends. */
const TAKERS: Record<string, (made: Made, signal: AbortSignal, work: Work) => Promise<unknown>> = {
  'breaker.call': ({ breaker }, signal, work) => breaker.call(work, { signal }),
  'breaker.call with a timeout': ({ breaker }, signal, work) => breaker.call(work, { signal, timeout: '1h' }),
  'breaker.acquire': async ({ breaker }, signal, work) => {
    const permit = await breaker.acquire({ signal })
    await permit.run(work).finally(() => permit.success())
  },
  'resource.execute': ({ registry }, signal, work) =>
    createResource({ name: 'a', resource: null, healthCheck: () => true, recovery: false, registry }).execute(work, {
      signal,
    }),
  'a policy of cockatiel': ({ registry }, signal, work) => breakerPolicy(registry, 'a').execute(work, signal),
  createFetch: ({ registry }, signal, work) => {
    const fetch = createFetch(registry, { key: () => 'a', fetch: async () => (await work()) as Response })
    return fetch('http://localhost/', { signal })
  },
  'createFetch with a timeout': ({ registry }, signal, work) => {
    const options = { key: () => 'a', fetch: async () => (await work()) as Response, timeout: '1h' } as const
    return createFetch(registry, options)('http://localhost/', { signal })
  },
}
const answer = async () => new Response('ok')

describe.each(Object.entries(TAKERS))('a long-lived signal that is handed to %s', (_, take) => {
  const listeners = (signal: AbortSignal) => getEventListeners(signal, 'abort').length

  it('is let go by a call that succeeds, fails or is refused', async () => {
    const made = newBreaker({ failureThreshold: null, maxConcurrent: 1 })
    const { signal } = new AbortController()
    for (let time = 1; time <= 3; time++) {
      await take(made, signal, answer)
      await errorOf(take(made, signal, () => Promise.reject(DOWN)))
      made.breaker.trip()
      await errorOf(take(made, signal, answer))
      made.breaker.reset()
      await jobsDone()
      expect(listeners(signal), `after ${time}`).toBe(0)
    }
  })

  it('is let go by a call that has waited for its turn: admitted, refused in the end, or called off', async () => {
    const made = newBreaker({ failureThreshold: null, maxConcurrent: 1, maxQueued: 5 })
    const ending = new AbortController()
    const { signal } = ending
    const permit = acquire(made.breaker)
    const admitted = take(made, signal, answer)
    await jobsDone()
    permit.success()
    await admitted
    const second = acquire(made.breaker)
    const refused = errorOf(take(made, signal, answer))
    await jobsDone()
    made.breaker.trip()
    await refused
    made.breaker.reset()
    second.success()
    await jobsDone()
    expect(listeners(signal)).toBe(0)
    const third = acquire(made.breaker)
    const waiting = [1, 2, 3].map(() => errorOf(take(made, signal, answer)))
    await jobsDone()
    ending.abort(DOWN)
    expect(await Promise.all(waiting)).toEqual([DOWN, DOWN, DOWN])
    third.success()
    await jobsDone()
    expect(listeners(signal)).toBe(0)
    expect(made.breaker.stats().concurrency).toEqual({ inFlight: 0, queued: 0 })
  })
})

describe('a long-lived signal that is handed to waitToRetry', () => {
  it('is let go, and its timer is gone: after the wait, and when it ends that', async () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const { breaker } = newBreaker({ openTimeout: 100 })
    breaker.trip()
    const rejection = await errorOf(breaker.call(answer))
    const ending = new AbortController()
    const { signal } = ending
    for (let time = 1; time <= 3; time++) {
      const waiting = waitToRetry(rejection, { signal })
      expect(getEventListeners(signal, 'abort')).toHaveLength(1)
      await vi.advanceTimersByTimeAsync(100)
      expect(await waiting).toBe(true)
      expect([getEventListeners(signal, 'abort').length, vi.getTimerCount()]).toEqual([0, 0])
    }
    const waiting = [1, 2, 3].map(() => errorOf(waitToRetry(rejection, { signal })))
    ending.abort(DOWN)
    expect(await Promise.all(waiting)).toEqual([DOWN, DOWN, DOWN])
    expect([getEventListeners(signal, 'abort').length, vi.getTimerCount()]).toEqual([0, 0])
  })
})
