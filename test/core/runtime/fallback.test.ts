import { createContext, runInContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import type { FallbackContext } from '../../../src/index.ts'
import { DOWN, errorOf, jobsDone, promiseOf } from '../../support/calls.ts'
import { EVERY_WAY, newBreaker } from '../../support/registries.ts'

describe.each(EVERY_WAY)('a fallback, $way', ({ how }) => {
  it('answers instead of a failure, with the error at hand; the failure counts (R10)', async () => {
    const { breaker } = newBreaker({}, how)
    const error = new Error('down')
    const answer = await breaker.call(() => Promise.reject(error), { fallback: (given) => ({ given }) })
    expect(answer).toEqual({ given: error })
    expect(breaker.stats().calls).toMatchObject({ failed: 1 })
  })

  it('answers instead of a rejection, and of a timeout (R02)', async () => {
    const { breaker, clock } = newBreaker({ timeout: '1s' }, how)
    const fallback = async (error: unknown) => (error as { code: string }).code
    const call = breaker.call(() => promiseOf().promise, { fallback })
    clock.advance(1_000)
    expect(await call).toBe('CALL_TIMEOUT')
    breaker.trip()
    expect(await breaker.call(() => 'ok', { fallback })).toBe('BREAKER_OPEN')
  })

  it('is not asked for a value (R10)', async () => {
    const { breaker } = newBreaker({ isFailure: () => true }, how)
    expect(await breaker.call(() => 'stale', { fallback: () => 'other' })).toBe('stale')
  })

  it('is not asked when the call was cancelled, before or during it, or ignored (R11)', async () => {
    const { breaker } = newBreaker({ ignore: (outcome) => 'error' in outcome }, how)
    const fallback = () => 'other'
    const signal = AbortSignal.abort('enough')
    expect(await errorOf(breaker.call(() => 'ok', { signal, fallback }))).toBe('enough')
    const controller = new AbortController()
    const call = breaker.call(() => promiseOf().promise, { signal: controller.signal, fallback })
    controller.abort('enough')
    expect(await errorOf(call)).toBe('enough')
    expect(await errorOf(breaker.call(() => Promise.reject('ignored'), { fallback }))).toBe('ignored')
  })

  it('that fails gives the caller its own error, and counts for nothing (R10)', async () => {
    const { breaker } = newBreaker({}, how)
    const worse = new Error('worse')
    const fallback = () => {
      throw worse
    }
    expect(await errorOf(breaker.call(() => Promise.reject(new Error('down')), { fallback }))).toBe(worse)
    expect(breaker.stats().calls).toMatchObject({ allowed: 1, failed: 1 })
  })

  it('is told what became of the call, of which breaker it was, and that a plain call has no arguments (R10)', async () => {
    const { breaker, clock } = newBreaker({ timeout: '1s', maxConcurrent: 1 }, how)
    const fallback = (_: unknown, context: FallbackContext) => context
    const told = (outcome: string) => ({ outcome, endpoint: 'a', args: [] })
    expect(await breaker.call(() => Promise.reject(DOWN), { fallback })).toEqual(told('failure'))
    const deadline = Object.assign(new Error('late'), { name: 'TimeoutError' })
    expect(await breaker.call(() => Promise.reject(deadline), { fallback })).toEqual(told('timeout'))
    const hangs = breaker.call(() => promiseOf<FallbackContext>().promise, { fallback })
    expect(await breaker.call(() => 'refused', { fallback })).toEqual(told('rejected'))
    clock.advance(1_000)
    expect(await hangs).toEqual(told('timeout'))
    breaker.trip()
    expect(await breaker.call(() => 'ok', { fallback })).toEqual(told('rejected'))
  })

  it('of a wrapped function gets the arguments of each call (R10)', async () => {
    const { breaker } = newBreaker({ maxConcurrent: 1, maxQueued: 1 }, how)
    const add = breaker.wrap(
      (left: number, right?: number) => (left < 0 ? Promise.reject(DOWN) : left + (right ?? 0)),
      {
        fallback: (error, { args: [left, right], outcome }) =>
          `${left},${right}: ${outcome} ${(error as Error).message}`,
      },
    )
    expect(await Promise.all([add(-1, 2), add(-2), add(3)])).toEqual([
      '-1,2: failure down',
      '-2,undefined: failure down',
      '3,undefined: rejected the call to "a" was not made: maxConcurrent = 1 calls are in flight, and maxQueued = 1 wait',
    ])
    expect(await add(1, 2)).toBe(3)
    breaker.trip('maintenance')
    expect(await add(4, 5)).toBe('4,5: rejected circuit "a" is open: tripped: maintenance')
  })

  it('that fails has its error say what it was to replace, whether it throws or rejects (R10)', async () => {
    const { breaker } = newBreaker({}, how)
    for (const fallback of [
      () => {
        throw new Error('worse')
      },
      async () => Promise.reject(new Error('worse')),
    ]) {
      const error = (await errorOf(breaker.call(() => Promise.reject(DOWN), { fallback }))) as Error
      expect(error).toMatchObject({ message: 'worse', cause: DOWN })
      expect(Object.keys(error)).toEqual([])
    }
    breaker.trip()
    const fallback = () => Promise.reject(new Error('worse'))
    expect(await errorOf(breaker.call(() => 'ok', { fallback }))).toMatchObject({ cause: { code: 'BREAKER_OPEN' } })
  })
})

describe('the error of a fallback', () => {
  const failWith = async (thrown: unknown, replaced: unknown = DOWN) => {
    const { breaker } = newBreaker()
    const fallback = () => {
      throw thrown
    }
    return errorOf(breaker.call(() => Promise.reject(replaced), { fallback }))
  }

  it.each([
    ['a text', 'worse'],
    ['nothing', undefined],
    ['an object that is no error', { message: 'worse' }],
    ['a frozen error', Object.freeze(new Error('worse'))],
    ['an error with a cause of its own', new Error('worse', { cause: 'mine' })],
    ['an error with a cause that is nothing', new Error('worse', { cause: undefined })],
    ['the error itself', DOWN],
  ])('that is %s reaches the caller as it is', async (_, thrown) => {
    const before = Object.getOwnPropertyDescriptors(Object(thrown))
    expect(await failWith(thrown)).toBe(thrown)
    expect(Object.getOwnPropertyDescriptors(Object(thrown))).toEqual(before)
  })

  it('is not made the cause of its own cause', async () => {
    const root = new Error('root')
    const replaced = new Error('down', { cause: new Error('between', { cause: root }) })
    expect(await failWith(root, replaced)).toBe(root)
    expect('cause' in root).toBe(false)
    const circle = new Error('circle')
    circle.cause = circle
    const other = new Error('other')
    expect(await failWith(other, circle)).toBe(other)
    expect('cause' in other).toBe(false)
  })

  it('may be of another realm, and what it replaces anything', async () => {
    const foreign = runInContext('new Error("worse")', createContext({})) as Error
    expect(foreign).not.toBeInstanceOf(Error)
    expect(await failWith(foreign, 'just text')).toBe(foreign)
    expect(foreign.cause).toBe('just text')
  })

  it('may be hostile', async () => {
    const hostile = new Proxy(new Error('worse'), {
      has() {
        throw new Error('a trap')
      },
    })
    expect(await failWith(hostile)).toBe(hostile)
    const replaced = new Error('down')
    Object.defineProperty(replaced, 'cause', {
      get() {
        throw new Error('a getter')
      },
    })
    const worse = new Error('worse')
    expect(await failWith(worse, replaced)).toBe(worse)
  })

  it('leaves a breaker as it is whose fallback hangs or deletes it', async () => {
    const { breaker, registry } = newBreaker({ maxConcurrent: 1 })
    const hanging = breaker.call(() => Promise.reject(DOWN), { fallback: () => promiseOf().promise })
    await jobsDone()
    expect(breaker.stats()).toMatchObject({ concurrency: { inFlight: 0, queued: 0 }, calls: { failed: 1 } })
    const fallback = () => {
      registry.delete('a')
      return 'deleted'
    }
    expect(await breaker.call(() => Promise.reject(DOWN), { fallback })).toBe('deleted')
    expect(await Promise.race([hanging, 'hangs'])).toBe('hangs')
  })
})
