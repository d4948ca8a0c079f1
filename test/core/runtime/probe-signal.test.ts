// The signal of a probe: what ends the work of one that hangs.
import { describe, expect, it } from 'vitest'
import type { CallContext } from '../../../src/index.ts'
import { DOWN, errorOf, jobsDone, promiseOf } from '../../support/calls.ts'
import { EVERY_WAY, hear, newBreaker, newHalfOpen } from '../../support/registries.ts'

describe.each(EVERY_WAY)('the signal of a probe, $way', ({ how }) => {
  it('is aborted after probeTimeout, while the caller waits on and gets what the function gives (R07)', async () => {
    const { breaker, clock, registry } = newHalfOpen({ probeTimeout: '10s' }, how)
    const late = hear(registry, 'late')
    const { promise, resolve } = promiseOf<string>()
    let context: CallContext | undefined
    const probe = breaker.call((given) => {
      context = given
      return promise
    })
    const { signal } = context ?? {}
    clock.advance(9_999)
    expect(signal?.aborted).toBe(false)
    clock.advance(1)
    expect(signal?.reason).toMatchObject({
      code: 'CALL_TIMEOUT',
      timeoutMs: 10_000,
      message: 'the call to "a" took longer than its probeTimeout of 10000 ms',
    })
    expect(breaker.state).toBe('open')
    resolve('an answer after all')
    expect(await probe).toBe('an answer after all')
    expect(late).toHaveLength(1)
  })

  it('ends a function that listens to it, by its error (R07)', async () => {
    const { breaker, clock } = newHalfOpen({ probeTimeout: '10s' }, how)
    const ended = errorOf(
      breaker.call(({ signal }) => {
        const { promise, reject } = promiseOf<never>()
        signal.addEventListener('abort', () => reject(signal.reason))
        return promise
      }),
    )
    clock.advance(10_000)
    expect(await ended).toMatchObject({ code: 'CALL_TIMEOUT' })
  })

  it('is aborted by whichever comes first, a timeout of the call or its lease (R07)', async () => {
    for (const [timeout, reason] of [
      ['5s', { timeoutMs: 5_000 }],
      ['20s', { timeoutMs: 10_000 }],
    ] as const) {
      const { breaker, clock } = newHalfOpen({ probeTimeout: '10s' }, how)
      let context: CallContext | undefined
      const ended = errorOf(
        breaker.call(
          (given) => {
            context = given
            return new Promise<never>(() => {})
          },
          { timeout },
        ),
      )
      clock.advance(10_000)
      expect(context?.signal.reason).toMatchObject(reason)
      clock.advance(10_000)
      expect(await ended).toMatchObject({ timeoutMs: timeout === '5s' ? 5_000 : 20_000 })
    }
  })

  it('is aborted by nobody once the probe has ended, nor is that of another call (R07)', async () => {
    const { breaker, clock } = newHalfOpen({ probeTimeout: '10s', successThreshold: 1 }, how)
    const signals: AbortSignal[] = []
    const see = ({ signal }: CallContext) => {
      signals.push(signal)
    }
    await breaker.call(see)
    await breaker.call(see)
    breaker.trip()
    clock.advance(30_000)
    await errorOf(
      breaker.call((context) => {
        see(context)
        throw DOWN
      }),
    )
    await jobsDone()
    clock.advance(60_000)
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false, false])
  })
})

describe('a permit', () => {
  it('says whether it is a probe, or runs under one (R03)', async () => {
    const { breaker } = newBreaker({ successThreshold: 1 })
    expect(breaker.tryAcquire()?.probe).toBe(false)
    const { breaker: halfOpen } = newHalfOpen()
    const permit = await halfOpen.acquire()
    expect(permit.probe).toBe(true)
    permit.run(() => expect(halfOpen.tryAcquire()?.probe).toBe(true))
  })
})
