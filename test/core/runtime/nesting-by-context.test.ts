// Calls inside calls of the same breaker where the platform has no AsyncLocalStorage, as in browsers: by `context`, and what is
// told where that is missing.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type * as switchgear from '../../../src/index.ts'
import { createVirtualClock } from '../../../src/testing/index.ts'
import { DOWN, promiseOf } from '../../support/calls.ts'
import { closesAgain, NESTED_POLICY } from '../../support/outage.ts'

let createRegistry: typeof switchgear.createRegistry
const { getBuiltinModule } = process
beforeAll(async () => {
  vi.resetModules()
  Object.assign(process, { getBuiltinModule: undefined })
  createRegistry = (await import('../../../src/index.ts')).createRegistry
})
afterAll(() => {
  Object.assign(process, { getBuiltinModule })
  vi.resetModules()
})

function world(policy: switchgear.PolicyOptions = {}) {
  const clock = createVirtualClock(1_000)
  const registry = createRegistry({ clock, policy: { ...NESTED_POLICY, ...policy } })
  const errors: switchgear.RegistryEvents['error'][] = []
  registry.on('error', (event) => errors.push(event))
  return { clock, registry, errors, breaker: registry.breaker('db') }
}

const io = async (isUp: boolean) => {
  await null
  if (!isUp) throw DOWN
  return 'rows'
}

describe('without AsyncLocalStorage, a breaker that is called inside itself', () => {
  for (const policy of [{}, { recoveryRamp: { duration: '1m', from: 0.1 } }, { maxConcurrent: 1 }] as const) {
    it(`closes again when calls inside are given the context of the call around them, ${JSON.stringify(policy)} (R14)`, async () => {
      const { breaker, clock, errors } = world(policy)
      await closesAgain(breaker, clock, (isUp) =>
        breaker.call((outer) =>
          breaker.call((middle) => breaker.call(() => io(isUp), { context: middle, timeout: '1s' }), {
            context: outer,
          }),
        ),
      )
      expect(errors).toEqual([])
    })

    it(`gives its permits by the context, too, ${JSON.stringify(policy)} (R14)`, async () => {
      const { breaker, clock } = world(policy)
      await closesAgain(breaker, clock, (isUp) =>
        breaker.call(async (context) => {
          expect(breaker.tryAcquire({ context })).toBeDefined()
          const permit = await breaker.acquire({ context })
          await io(isUp)
          permit.success()
        }),
      )
    })
  }

  it('with another breaker between them takes the context of its own (R14)', async () => {
    const { breaker, clock, registry } = world()
    await closesAgain(breaker, clock, (isUp) =>
      breaker.call((context) => registry.call('between', () => breaker.call(() => io(isUp), { context }))),
    )
  })

  it('admits no call by the context of one that has ended, or lost its lease (R14)', async () => {
    const { breaker, clock } = world({ halfOpenFailureThreshold: 2 })
    breaker.trip()
    clock.advance(30_000)
    const { promise, resolve } = promiseOf<void>()
    const seen: unknown[] = []
    let middle: switchgear.CallContext | undefined
    const probe = breaker.call((outer) =>
      breaker.call(
        (context) => {
          middle = context
          return promise
        },
        { context: outer },
      ),
    )
    clock.advance(30_000)
    // The call inside goes on, but the probe around it has no permit any more. Who has it now?
    const other = breaker.tryAcquire()
    seen.push(await breaker.call(() => 'inside', { context: middle }).catch((error) => error.code))
    other?.ignore()
    resolve()
    await probe
    seen.push(await breaker.call(() => 'by itself', { context: middle }))
    expect(seen).toEqual(['BREAKER_OPEN', 'by itself'])
  })

  it('and not given it is no verdict on its probe, and one error event says what happens (R14)', async () => {
    for (const refusals of ['ignore', 'judge'] as const) {
      const { breaker, clock, errors } = world({ refusals })
      breaker.trip()
      clock.advance(30_000)
      for (let round = 0; round < 3; round++) {
        const outcome = await breaker.call(() => breaker.call(() => io(true))).catch((error) => error.code)
        expect([outcome, breaker.state]).toEqual(['BREAKER_OPEN', 'halfOpen'])
      }
      expect(errors).toMatchObject([{ source: 'nesting', endpoint: 'db' }])
      expect(String(errors[0]?.error)).toContain('call(fn, { context })')
      // Whoever calls it once only closes it.
      await breaker.call(() => io(true))
      await breaker.call(() => io(true))
      expect(breaker.state).toBe('closed')
    }
  })

  it('and not given it under a bulkhead of one is told of once, and counts as no failure (R14)', async () => {
    const { breaker, errors } = world({ maxConcurrent: 1 })
    for (let round = 0; round < 5; round++) {
      expect(await breaker.call(() => breaker.call(() => io(true))).catch((error) => error.code)).toBe(
        'CONCURRENCY_LIMIT',
      )
    }
    expect(errors).toMatchObject([{ source: 'nesting', endpoint: 'db' }])
    expect(breaker.stats()).toMatchObject({ state: 'closed', calls: { failed: 0, ignored: 5, limited: 5 } })
  })
})
