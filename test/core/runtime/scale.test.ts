import { describe, expect, it } from 'vitest'
import { errorOf, fail, hold, succeed } from '../../support/calls.ts'
import { EVERY_WAY, newBreaker, newHalfOpen, newRegistry } from '../../support/registries.ts'

/** Milliseconds per name to make `names` breakers, open some, and end them all. */
async function costs(names: number, end: (made: ReturnType<typeof newRegistry>, names: number) => unknown) {
  const made = newRegistry()
  let startedAt = performance.now()
  for (let name = 0; name < names; name++) made.registry.breaker(`name ${name}`)
  for (let name = 0; name < names; name += 100) made.registry.breaker(`name ${name}`).trip()
  const making = (performance.now() - startedAt) / names
  expect(made.registry.list()).toHaveLength(names)
  startedAt = performance.now()
  await end(made, names)
  expect(made.clock.pending).toEqual([])
  return { making, ending: (performance.now() - startedAt) / names }
}

/** What costs the square of the number of names costs 20 times as much for 20 times the names; 8 leaves room for noise. */
const NOT_SQUARE = 8

describe('a registry of 100,000 names', () => {
  it('is made and closed at the same cost per name as one of 5,000, and leaves no timer (R33)', async () => {
    const few = await costs(5_000, ({ registry }) => registry.close())
    const many = await costs(100_000, ({ registry }) => registry.close())
    expect(many.making / few.making).toBeLessThan(NOT_SQUARE)
    expect(many.ending / few.ending).toBeLessThan(NOT_SQUARE)
  }, 60_000)
})

describe('a registry of 20,000 names', () => {
  it('deletes them one by one at the same cost per name as one of 1,000 (R22)', async () => {
    function deleteAll({ registry }: ReturnType<typeof newRegistry>, names: number) {
      for (let name = 0; name < names; name++) registry.delete(`name ${name}`)
    }
    const few = await costs(1_000, deleteAll)
    const many = await costs(20_000, deleteAll)
    expect(many.ending / few.ending).toBeLessThan(NOT_SQUARE)
  }, 60_000)
})

describe.each(EVERY_WAY)('one breaker, $way', ({ how }) => {
  it('with 10,000 calls in flight opens once, and the others are late (R06)', async () => {
    const { breaker } = newBreaker({ failureThreshold: 5 }, how)
    const calls = Array.from({ length: 10_000 }, () => hold(breaker))
    await Promise.all(calls.map((call) => call.fail()))
    expect(breaker.stats()).toMatchObject({ state: 'open', generation: 1, calls: { failed: 5, late: 9_995 } })
  })

  it('with 1,000 probes whose leases all end reopens once, with one timer (R07)', async () => {
    const policy = { halfOpenMaxCalls: 1_000, halfOpenFailureThreshold: 1_000 }
    const { breaker, clock } = newHalfOpen(policy, how)
    const probes = Array.from({ length: 1_000 }, () => hold(breaker))
    expect(clock.pending).toHaveLength(1)
    clock.advance(30_000)
    expect(breaker.state).toBe('open')
    expect(clock.pending).toHaveLength(1)
    await Promise.all(probes.map((probe) => probe.succeed()))
    expect(breaker.stats()).toMatchObject({ state: 'open', calls: { late: 1_000, succeeded: 0 } })
  })

  it('rejects 10,000 calls and runs none (R02)', async () => {
    const { breaker } = newBreaker({}, how)
    breaker.trip()
    let ran = 0
    const errors = await Promise.all(Array.from({ length: 10_000 }, () => errorOf(breaker.call(() => ran++))))
    expect(new Set(errors).size).toBe(10_000)
    expect(ran).toBe(0)
    expect(breaker.stats().calls.rejected).toBe(10_000)
  })

  it('opens and closes a thousand times and keeps no trace but its counts (R08)', async () => {
    const { breaker, clock } = newBreaker({ failureThreshold: 1, successThreshold: 1 }, how)
    for (let round = 0; round < 1_000; round++) {
      await fail(breaker)
      clock.advance(30_000)
      await succeed(breaker)
    }
    expect(breaker.stats()).toMatchObject({ state: 'closed', generation: 3_000, calls: { failed: 1_000 } })
    expect(clock.pending).toEqual([])
  })
})
