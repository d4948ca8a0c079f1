// Calls that wait for a slot, each in an asynchronous context of its own: what is told of each is told there.
import { AsyncLocalStorage } from 'node:async_hooks'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Breaker, CallMessage, PolicyOptions } from '../../../src/index.ts'
import { DOWN, errorOf, jobsDone, promiseOf } from '../../support/calls.ts'
import { EVERY_WAY, newBreaker } from '../../support/registries.ts'

const request = new AsyncLocalStorage<string>()
const QUEUED: PolicyOptions = { failureThreshold: 1, maxConcurrent: 1, maxQueued: 9 }

/** What is told in the context of each request, as in `A: failure`. */
function listen(breaker: Breaker): string[] {
  const told: string[] = []
  for (const event of ['success', 'failure', 'ignored', 'rejected', 'limited', 'fallback', 'probe'] as const) {
    breaker.on(event, () => told.push(`${request.getStore()}: ${event}`))
  }
  const onCall = (message: unknown) => {
    const { endpoint, outcome } = message as CallMessage
    if (endpoint === breaker.endpoint) told.push(`${request.getStore()}: ${outcome} on the channel`)
  }
  subscribe('switchgear:call', onCall)
  onTestFinished(() => {
    unsubscribe('switchgear:call', onCall)
  })
  return told
}

describe.each(EVERY_WAY)('three requests, of which two wait for a slot, $way', ({ how }) => {
  const WAITING: Record<string, (breaker: Breaker) => Promise<unknown>> = {
    'for calls': (breaker) => breaker.call(() => 'ok'),
    'for permits': (breaker) => breaker.acquire().then((permit) => permit.success()),
  }
  for (const [what, wait] of Object.entries(WAITING)) {
    it(`${what}, hear each of its own end when the first one fails (R61)`, async () => {
      const { breaker } = newBreaker(QUEUED, how)
      const told = listen(breaker)
      const { promise, reject } = promiseOf<never>()
      const ends = [
        request.run('A', () => errorOf(breaker.call(() => promise))),
        request.run('B', () => errorOf(wait(breaker))),
        request.run('C', () => errorOf(wait(breaker))),
      ]
      await jobsDone()
      request.run('whoever answers', () => reject(DOWN))
      await Promise.all(ends)
      expect(told.sort()).toEqual([
        'A: failure',
        'A: failure on the channel',
        'B: rejected',
        'B: rejected on the channel',
        'C: rejected',
        'C: rejected on the channel',
      ])
    })

    it(`${what}, hear each of its own end when the first one succeeds (R61)`, async () => {
      const { breaker } = newBreaker({ ...QUEUED, maxQueued: 2 }, how)
      const told = listen(breaker)
      const { promise, resolve } = promiseOf<string>()
      const ends = [
        request.run('A', () => breaker.call(() => promise)),
        request.run('B', () => wait(breaker)),
        request.run('C', () => wait(breaker)),
        request.run('D', () => errorOf(wait(breaker))),
      ]
      await jobsDone()
      request.run('whoever answers', () => resolve('ok'))
      await Promise.all(ends)
      expect(told.filter((line) => !line.includes('channel')).sort()).toEqual([
        'A: success',
        'B: success',
        'C: success',
        'D: limited',
      ])
    })
  }

  it('hear of a rejection when an operator opens it, and of their own fallbacks (R61)', async () => {
    const { breaker } = newBreaker(QUEUED, how)
    const told = listen(breaker)
    const { promise, resolve } = promiseOf<string>()
    const call = () => breaker.call(() => 'ok', { fallback: () => request.getStore() })
    const ends = [request.run('A', () => breaker.call(() => promise)), request.run('B', call), request.run('C', call)]
    await jobsDone()
    request.run('operator', () => breaker.isolate())
    await jobsDone()
    resolve('ok')
    expect(await Promise.all(ends)).toEqual(['ok', 'B', 'C'])
    expect(told.filter((line) => !line.includes('channel') && !line.startsWith('A')).sort()).toEqual([
      'B: fallback',
      'B: rejected',
      'C: fallback',
      'C: rejected',
    ])
  })
})
