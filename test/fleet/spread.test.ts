// What is spread over a fleet differs: from process to process, from endpoint to endpoint, from one time to the next; and what is
// drawn from names is the same for the same names.
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createActor } from 'xstate'
import { fleetBreakerMachine, fleetMachine } from '../../machines/index.ts'
import { guardedStore, joinFleet } from '../../src/fleet/index.ts'
import { memoryStore } from '../../src/fleet/memory-store.ts'
import { newRedisLink } from '../../src/fleet/redis/link.ts'
import type { FleetStore } from '../../src/fleet/store.ts'
import { FleetStoreError } from '../../src/fleet/store-error.ts'
import { createRegistry } from '../../src/index.ts'
import { createVirtualClock } from '../../src/testing/index.ts'
import { call, newWorld, openFleet, settle } from './support/processes.ts'

const RULES = {
  ...{ spreadMsPerProcess: 5, degradedProbesPerSecond: 20, retryLeaseMs: 1_000, answerTimeoutMs: 5_000 },
  ...{ leaseMarginMs: 50, probeTimeoutMs: 30_000, rampShares: [], rampStepMs: 1_000 },
}
const MEMBERSHIP = {
  ...{ pollMs: 1_000, pollJitter: 0.1, breatherMs: 100, roundTimeoutMs: 5_000 },
  ...{ retryMs: 100, maxRetryMs: 5_000, leaveTimeoutMs: 1_000 },
}

/** When each process sent its requests of this kind. */
function listening(what: string) {
  const sent = new Map<string, number[]>()
  const world = newWorld((message, deliver) => {
    if (message.kind === 'request' && message.what === what) {
      sent.set(message.instance, [...(sent.get(message.instance) ?? []), world.clock.now()])
    }
    deliver()
  })
  return { world, of: (instance: string) => sent.get(instance) ?? [] }
}

const gapsOf = (times: readonly number[]) => times.slice(1).map((at, i) => at - (times[i] ?? 0))

async function pollsOf(...instances: string[]): Promise<number[][]> {
  const { world, of } = listening('poll')
  for (const instance of instances) await world.join(instance)
  await world.pass(20_000)
  return instances.map((instance) => gapsOf(of(instance)))
}

describe('the polls of a process', () => {
  it('are a tenth of a second apart from even, each another; and not in step with those of others', async () => {
    const [a = [], b = []] = await pollsOf('a', 'b')
    for (const gaps of [a, b]) {
      expect(new Set(gaps).size).toBeGreaterThan(gaps.length / 2)
      for (const gap of gaps) expect(Math.abs(gap - 1_000)).toBeLessThanOrEqual(100)
    }
    expect(a).not.toEqual(b)
  })

  it('are the same for the same name', async () => {
    expect(await pollsOf('a')).toEqual(await pollsOf('a'))
  })

  it('are not in step when they look for a store that is lost: up to half of each wait is by chance', () => {
    const waitsOf = (seed: number) => {
      const clock = createVirtualClock(0)
      const actor = createActor(fleetMachine, { input: { rules: MEMBERSHIP, seed }, clock }).start()
      const waits = Array.from({ length: 12 }, (_, round) => {
        actor.send({ type: 'failed', round: round + 1 })
        const wait = (clock.pending[0] ?? Number.NaN) - clock.now()
        clock.advanceToNext()
        return wait
      })
      actor.stop()
      return waits
    }
    const [one, other] = [waitsOf(1), waitsOf(2)]
    expect(one).not.toEqual(other)
    expect(waitsOf(1)).toEqual(one)
    // Those of the longest: each another.
    expect(new Set(one.slice(-5)).size).toBe(5)
    for (const wait of one.slice(-5)) expect(wait).toBeGreaterThanOrEqual(MEMBERSHIP.maxRetryMs / 2)
  })
})

describe('the waits of a process that has lost the store', () => {
  it('begin anew after a round that went well', () => {
    const clock = createVirtualClock(0)
    const actor = createActor(fleetMachine, { input: { rules: MEMBERSHIP, seed: 1 }, clock }).start()
    const failed = (round: number) => {
      actor.send({ type: 'failed', round })
      return (clock.pending[0] ?? Number.NaN) - clock.now()
    }
    for (let round = 1; round <= 8; round++) {
      failed(round)
      clock.advanceToNext()
    }
    expect(failed(9)).toBeGreaterThanOrEqual(2_500)
    clock.advanceToNext()
    actor.send({ type: 'done', round: 10 })
    while (actor.getSnapshot().value !== 'polling') clock.advanceToNext()
    expect(failed(11)).toBeLessThanOrEqual(100)
    actor.stop()
  })
})

describe('the requests for a lease', () => {
  /** How long a process of many waits before it asks, whatever its endpoint. */
  function waitOf(of: { readonly seed?: number; readonly version?: number; readonly asked?: number }): number {
    const { seed = 1, version = 2, asked = 1 } = of
    const clock = createVirtualClock(0)
    const decision = { state: 'halfOpen', version, remainingMs: 0, openMs: 1e6 } as const
    const input = { rules: RULES, seed, live: 1_000, isStoreUp: true, decision }
    const actor = createActor(fleetBreakerMachine, { input, clock }).start()
    for (let nth = 1; nth < asked; nth++) {
      actor.send({ type: 'wanted' })
      clock.advanceToNext()
      actor.send({ type: 'unanswered', asked: nth })
    }
    actor.send({ type: 'wanted' })
    const [due = Number.NaN] = clock.pending
    actor.stop()
    return due - clock.now()
  }
  const numbers = Array.from({ length: 20 }, (_, i) => i + 1)

  it.each([
    ['process to process, and endpoint to endpoint', (n: number) => ({ seed: n })],
    ['opening to opening', (n: number) => ({ version: n })],
    ['question to question', (n: number) => ({ asked: n })],
  ])('come after waits that differ from %s, over all of the time there is', (_, of) => {
    const waits = numbers.map((n) => waitOf(of(n)))
    expect(new Set(waits).size).toBe(20)
    expect(Math.min(...waits)).toBeLessThan(1_000)
    expect(Math.max(...waits)).toBeGreaterThan(4_000)
    expect(numbers.map((n) => waitOf(of(n)))).toEqual(waits)
  })

  it('differ from endpoint to endpoint, and from process to process whose registries have one seed', async () => {
    const world = newWorld()
    const first = new Map<string, number>()
    const store: FleetStore = {
      isLocal: true,
      join(member) {
        const link = world.store.join(member)
        return {
          ...link,
          acquire(entry, token) {
            const key = `${member.instance} ${entry.endpoint}`
            if (!first.has(key)) first.set(key, world.clock.now())
            // Nobody is told that another probes.
            return Promise.reject(new FleetStoreError('FLEET_STORE_FAILED', `no lease for ${token}`))
          },
        }
      },
    }
    // Of the seed of a registry here its name says the first letter.
    const all = []
    for (const name of ['p1', 'p2', 'q3', 'q4', 'q5', 'q6', 'q7', 'q8']) all.push(await world.join(name, { store }))
    const [one, other] = all
    if (one === undefined || other === undefined) throw new Error('nobody')
    const names = ['db', 'mail', 'web', 'queue', 'cache', 'index']
    for (const name of names) for (const { registry } of all) registry.breaker(name)
    // Until all know how many they are: the wait is drawn from that, too.
    await world.pass(2_500)
    for (const name of names) await one.fleet.trip(name)
    await world.pass(10_100)
    for (const name of names) for (const { registry } of [one, other]) await call(registry.breaker(name), 'ok')
    await world.pass(100)
    const timesOf = (process: string) => names.map((name) => first.get(`${process} ${name}`))
    expect(new Set(timesOf('p1')).size).toBeGreaterThan(3)
    expect(timesOf('p1')).not.toContain(undefined)
    expect(timesOf('p1')).not.toEqual(timesOf('p2'))
  })

  it('have each a token of its own', async () => {
    const world = newWorld()
    const tokens: string[] = []
    const store: FleetStore = {
      isLocal: true,
      join(member) {
        const link = world.store.join(member)
        return { ...link, acquire: (entry, token) => link.acquire(entry, tokens.push(token) ? token : '') }
      },
    }
    const [a, b] = [await world.join('a', { store }), await world.join('b', { store })]
    await openFleet(world, a, b)
    await world.pass(10_000)
    for (let i = 0; i < 400; i++) {
      for (const { breaker } of [a, b]) await call(breaker, 'ok')
      await world.pass(50)
    }
    expect(tokens.length).toBeGreaterThan(1)
    expect(new Set(tokens).size).toBe(tokens.length)
  })
})

describe('processes that were given no name', () => {
  it('have names that differ', async () => {
    const store = memoryStore()
    const fleets = await Promise.all([1, 2, 3].map(() => joinFleet(createRegistry(), { store })))
    expect(new Set(fleets.map(({ instance }) => instance)).size).toBe(3)
    await Promise.all(fleets.map((fleet) => fleet.leave()))
  })
})

describe('processes that have lost the same store', () => {
  it('ping it after pauses that differ', async () => {
    const clock = createVirtualClock(1e12)
    const pings: number[] = []
    const carry = ({ what }: { what: string }) => void (what === 'ping' && pings.push(clock.now()))
    const store = guardedStore(memoryStore({ clock, carry }), { clock })
    const links = Array.from({ length: 8 }, (_, i) => store.join({ namespace: 'fleet', instance: `p${i}` }))
    const missed = links.map((link) => link.poll({ cursor: null, entries: [] }).catch(() => {}))
    clock.advance(150)
    await Promise.all(missed)
    for (let ms = 0; ms < 100; ms++) {
      clock.advance(1)
      await settle(3)
    }
    expect(pings).toHaveLength(8)
    expect(new Set(pings).size).toBeGreaterThan(2)
  })

  it('connect again after pauses that differ, from half of their length to all of it', async () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const pauses: number[] = []
    const sets = vi.spyOn(globalThis, 'setTimeout')
    const load = () => Promise.reject(new Error('nobody there'))
    const limits = { deadlineMs: 40, maxPending: 3, maxPushes: 10 }
    const links = Array.from({ length: 8 }, (_, i) => {
      return newRedisLink({ ...limits, load }, { namespace: 'fleet', instance: `p${i}`, liveForMs: 5_000 })
    })
    await vi.advanceTimersByTimeAsync(0)
    for (const [, ms = 0] of sets.mock.calls) pauses.push(ms)
    expect(pauses).toHaveLength(8)
    expect(new Set(pauses).size).toBeGreaterThan(4)
    for (const pause of pauses) {
      expect(pause).toBeGreaterThanOrEqual(25)
      expect(pause).toBeLessThanOrEqual(50)
    }
    await Promise.all(links.map((link) => link.close()))
    expect(vi.getTimerCount()).toBe(0)
  })
})
