// Processes of a fleet in one: each a registry of its own with real members and breakers, one store in memory, and one
// virtual clock for them all. Promises are settled after every step, as an event loop would.

import { type Fleet, type FleetOptions, joinFleet, type MemoryStore, memoryStore } from '../../../src/fleet/index.ts'
import type { MemoryMessage } from '../../../src/fleet/memory-store.ts'
import type { FleetStore } from '../../../src/fleet/store.ts'
import { type Breaker, createRegistry, type PolicyOptions, type Registry } from '../../../src/index.ts'
import { createVirtualClock, type VirtualClock } from '../../../src/testing/index.ts'

/** Breakers that don't open by themselves in tests of the fleet; opened by it for 10 s. */
export const CALM: PolicyOptions = {
  failureThreshold: 1_000,
  openTimeout: '10s',
  probeTimeout: '5s',
  successThreshold: 2,
}

export const OPTIONS: FleetOptions = {
  failureRate: { threshold: 0.5, minimumCalls: 10, window: '10s' },
  quorum: { reporters: 2, share: 0 },
  ramp: { shares: [] },
}

export interface Process {
  readonly name: string
  readonly registry: Registry
  readonly fleet: Fleet
  readonly breaker: Breaker
}

export interface Joining {
  readonly policy?: PolicyOptions
  readonly options?: FleetOptions
  readonly store?: FleetStore
}

export interface World {
  readonly clock: VirtualClock
  readonly store: MemoryStore
  join(name: string, joining?: Joining): Promise<Process>
  /** Time goes on, every timer in its turn, and what comes of it. */
  pass(ms: number): Promise<void>
}

/** Many more turns of the queue than anything here takes. */
export async function settle(turns = 40): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await Promise.resolve()
}

export function newWorld(carry?: (message: MemoryMessage, deliver: () => void) => void): World {
  const clock = createVirtualClock(1e9)
  const store = memoryStore({ clock, carry })
  return {
    clock,
    store,
    async join(name, { policy = CALM, options = {}, store: other = store } = {}) {
      const registry = createRegistry({ clock, policy, seed: name.charCodeAt(0) })
      const joining = joinFleet(registry, { ...OPTIONS, store: other, instance: name, ...options })
      await settle()
      const fleet = await joining
      return { name, registry, fleet, breaker: registry.breaker('db') }
    },
    async pass(ms) {
      await passTime(clock, ms)
    },
  }
}

export async function passTime(clock: VirtualClock, ms: number): Promise<void> {
  const end = clock.now() + ms
  await settle()
  for (let next = clock.pending[0]; next !== undefined && next <= end; next = clock.pending[0]) {
    clock.advanceToNext()
    await settle()
  }
  clock.advance(Math.max(0, end - clock.now()))
  await settle()
}

/** What calls came to, one letter each: `s`ucceeded, `f`ailed, `r`ejected. */
export async function call(breaker: Breaker, outcome: 'ok' | 'fail', times = 1): Promise<string> {
  let results = ''
  for (let nth = 0; nth < times; nth++) {
    const promise = breaker.call(async () => {
      if (outcome === 'fail') throw new Error('down')
    })
    results += await promise.then(
      () => 's',
      (error: Error) => (error.message === 'down' ? 'f' : 'r'),
    )
    await settle()
  }
  return results
}

/** What the fleet rules there, in a word: the state, or `-`. */
export function override({ breaker }: Pick<Process, 'breaker'>): string {
  return breaker.stats().override?.state ?? '-'
}

/** Both see it fail, and tell: the fleet is open. */
export async function openFleet(world: World, one: Process, other: Process): Promise<void> {
  await call(one.breaker, 'fail', 10)
  await call(other.breaker, 'fail', 10)
  await world.pass(1_300)
  if (override(one) !== 'open' || override(other) !== 'open')
    throw new Error(`it is ${override(one)} and ${override(other)}`)
}
