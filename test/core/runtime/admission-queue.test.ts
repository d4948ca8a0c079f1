import { describe, expect, it } from 'vitest'
import { Bulkhead, type Waiter } from '../../../src/core/runtime/bulkhead.ts'
import { Turns } from '../../../src/core/runtime/turns.ts'
import type { Override } from '../../../src/index.ts'
import { acquire, hold, jobsDone } from '../../support/calls.ts'
import { EVERY_WAY, newBreaker, newHalfOpen } from '../../support/registries.ts'

const reason: Override['reason'] = {
  ...{ type: 'fleet', decision: 'failureRate', rate: 0.5, calls: 8, reporters: 2, version: 1, message: '' },
}

/** A queue without a breaker: whoever is woken is noted. */
function newQueue() {
  const bulkhead = new Bulkhead({ version: 0, core: { turns: new Turns(() => {}) } }, () => {})
  const woken: string[] = []
  const join = (name: string) => bulkhead.join(() => woken.push(name))
  return { bulkhead, woken, join }
}

/** Wakes so many as are said to wait, and no more: links that are lost must not keep the test from ending. */
function orderOf({ bulkhead, woken }: ReturnType<typeof newQueue>): string[] {
  for (let waiting = bulkhead.queued; waiting > 0; waiting--) bulkhead.wakeFirst(false)
  return woken
}

const LEAVERS = [
  ['the first', [0], ['two', 'three', 'four', 'five']],
  ['the one in the middle', [1], ['one', 'three', 'four', 'five']],
  ['the last', [2], ['one', 'two', 'four', 'five']],
  ['the first two', [0, 1], ['three', 'four', 'five']],
  ['the last two, from behind', [2, 1], ['one', 'four', 'five']],
  ['the last two, from the front', [1, 2], ['one', 'four', 'five']],
  ['all', [1, 0, 2], ['four', 'five']],
] as const

describe('a queue in which three wait', () => {
  it.each(LEAVERS)('and %s leave, has those who join later behind those who are left (R19)', (_, leavers, order) => {
    const queue = newQueue()
    const waiters = ['one', 'two', 'three'].map(queue.join)
    for (const leaver of leavers) expect(queue.bulkhead.leave(waiters[leaver] as Waiter)).toBe(true)
    queue.join('four')
    queue.join('five')
    expect(queue.bulkhead.queued).toBe(order.length)
    expect(orderOf(queue)).toEqual(order)
    expect(queue.bulkhead.queued).toBe(0)
    queue.join('six')
    expect(orderOf(queue).at(-1)).toBe('six')
  })

  it('is left once by each, and not by who was woken (R19)', () => {
    const queue = newQueue()
    const [one, two] = ['one', 'two', 'three'].map(queue.join) as [Waiter, Waiter]
    queue.bulkhead.wakeFirst(true)
    expect(queue.bulkhead.leave(one)).toBe(false)
    expect([queue.bulkhead.leave(two), queue.bulkhead.leave(two)]).toEqual([true, false])
    expect(queue.bulkhead).toMatchObject({ inFlight: 1, queued: 1 })
    expect(orderOf(queue)).toEqual(['one', 'three'])
  })
})

describe.each(EVERY_WAY)('a reader of changes, $way', ({ how }) => {
  it('that reads as an outcome is told comes again when its place is free (R63)', async () => {
    const { breaker, registry } = newBreaker({ maxConcurrent: 1 }, how)
    const reader = registry.changes()
    const seen: unknown[] = []
    const read = () => {
      for (const { concurrency } of reader.read()) seen.push(concurrency?.inFlight)
    }
    registry.on('success', read)
    await hold(breaker).succeed()
    await jobsDone()
    read()
    expect(seen.at(-1)).toBe(0)
    expect(seen).toEqual([...reader.read()].length === 0 ? seen : 'nothing is left to read')
  })
})

describe('an admission that falls apart, for who heard of it has ended the generation,', () => {
  /** Half-open; the first probe that is heard of trips it. */
  function fallingApart(override: Override) {
    const { breaker } = newHalfOpen({ maxConcurrent: 1 })
    breaker.override(override)
    let isToTrip = true
    breaker.actor?.subscribe(({ context }) => {
      if (!isToTrip || context.data.probes.length === 0) return
      isToTrip = false
      breaker.trip()
    })
    return breaker
  }

  it('gives back the fleet’s probe and its place (R19)', () => {
    let probes = 0
    const probe = () => {
      probes++
      return () => {}
    }
    const breaker = fallingApart({ state: 'halfOpen', reason, probe })
    expect(breaker.tryAcquire()).toBeUndefined()
    expect(breaker.state).toBe('open')
    expect(breaker.stats()).toMatchObject({
      concurrency: { inFlight: 0, queued: 0 },
      calls: { allowed: 0, rejected: 1 },
    })
    breaker.reset()
    expect(breaker.admission()).toMatchObject({ admits: 'some', permits: 1 })
    acquire(breaker).success()
    expect(probes).toBe(1)
  })

  it('gives back what it took of the fleet’s share (R19)', () => {
    const breaker = fallingApart({ state: 'halfOpen', reason, share: 0.5 })
    expect(breaker.tryAcquire(), 'half a call').toBeUndefined()
    expect(breaker.tryAcquire(), 'falls apart').toBeUndefined()
    expect(breaker.state).toBe('open')
    breaker.reset()
    const admitted = [1, 2, 3].map(() => {
      const permit = breaker.tryAcquire()
      permit?.ignore()
      return permit !== undefined
    })
    // What was refused twice is left for two calls, and no more than one whole call at a time.
    expect(admitted).toEqual([true, true, false])
  })
})

describe('an admission during which the generation ends, unfolded,', () => {
  /** Whoever watches the actor resets it at each admission, so many times. */
  function resetAtEach(times: number) {
    const { breaker } = newBreaker({ maxConcurrent: 1 }, { folding: false })
    let seen = 0
    let resets = 0
    breaker.actor?.subscribe(() => {
      // Of a reset it hears, too.
      if (++seen % 2 === 0 || resets === times) return
      resets++
      breaker.reset()
    })
    seen = 0
    return { breaker, resets: () => resets }
  }

  it('is asked for anew, in the generation that follows (R19)', () => {
    const { breaker, resets } = resetAtEach(1)
    const permit = acquire(breaker)
    expect(permit.generation).toBe(breaker.generation)
    expect(resets()).toBe(1)
    permit.success()
    expect(breaker.stats()).toMatchObject({
      calls: { allowed: 1, succeeded: 1, late: 0 },
      concurrency: { inFlight: 0 },
    })
  })

  it('and ends again each time, is asked for ten times and no more: then it is late (R19)', () => {
    const { breaker, resets } = resetAtEach(50)
    const permit = acquire(breaker)
    expect(resets()).toBe(10)
    permit.success()
    expect(breaker.stats()).toMatchObject({
      calls: { allowed: 1, succeeded: 0, late: 1 },
      concurrency: { inFlight: 0 },
    })
  })
})

describe('a place that is held for who has waited', () => {
  it('is free again when he is refused after all (R19)', async () => {
    const { breaker } = newBreaker({ maxConcurrent: 1, maxQueued: 2 })
    const first = acquire(breaker)
    const calls = [1, 2].map(() => breaker.call(() => 'never').catch(({ code }) => code))
    first.success()
    // He has been woken, and has not asked yet.
    breaker.isolate()
    expect(await Promise.all(calls)).toEqual(['BREAKER_OPEN', 'BREAKER_OPEN'])
    expect(breaker.stats().concurrency).toEqual({ inFlight: 0, queued: 0 })
  })

  it('is free again when his signal throws as it is looked at, by which it was freed (R19)', async () => {
    const { breaker } = newBreaker({ maxConcurrent: 1, maxQueued: 1 })
    const first = acquire(breaker)
    const signal = {
      get aborted() {
        if (breaker.stats().concurrency?.queued !== 1) return false
        first.success()
        throw new Error('out of order')
      },
      reason: 'gone',
      addEventListener() {},
      removeEventListener() {},
    }
    const call = breaker.call(() => 'never', { signal: signal as unknown as AbortSignal })
    await expect(call).rejects.toThrow('out of order')
    expect(breaker.stats().concurrency).toEqual({ inFlight: 0, queued: 0 })
  })
})

describe('a breaker that is parked, for its actor crashed again and again,', () => {
  it('refuses calls itself: no operator holds it (R63)', async () => {
    const supervision = { maxRestarts: 0, onEscalation: 'forcedOpen' } as const
    const { breaker, registry } = newBreaker({}, { supervision })
    breaker.actor?.send({ type: 'xstate.error.actor.test', error: new Error('crash') } as never)
    await jobsDone()
    expect(breaker.stats()).toMatchObject({ state: 'forcedOpen', reason: { type: 'escalated' } })
    const by: string[] = []
    registry.on('rejected', (event) => by.push(event.by))
    expect(breaker.tryAcquire()).toBeUndefined()
    expect([breaker.admission().refusedBy, ...by]).toEqual(['breaker', 'breaker'])
    breaker.reset()
    breaker.isolate()
    expect(breaker.tryAcquire()).toBeUndefined()
    expect([breaker.admission().refusedBy, ...by]).toEqual(['operator', 'breaker', 'operator'])
  })
})
