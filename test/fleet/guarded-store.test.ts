// The breaker around a store: after one miss nothing is asked, a ping finds out whether that may change.
import { describe, expect, it, onTestFinished } from 'vitest'
import { guardedStore } from '../../src/fleet/guarded-store.ts'
import { memoryStore } from '../../src/fleet/memory-store.ts'
import { saw } from '../../src/fleet/testing/requests.ts'
import type { Breaker, Registry } from '../../src/index.ts'
import { createVirtualClock } from '../../src/testing/index.ts'

function guarded() {
  const clock = createVirtualClock(1e12)
  const asked: string[] = []
  const network = { isCut: false, isHolding: false }
  const held: (() => void)[] = []
  const store = memoryStore({
    clock,
    carry({ kind, what }, deliver) {
      if (kind === 'request') asked.push(what)
      if (network.isHolding) held.push(deliver)
      else if (!network.isCut) deliver()
    },
  })
  let breaker: Breaker | undefined
  const link = guardedStore(store, { clock, onBreaker: (made) => (breaker = made) }).join({
    namespace: 'f',
    instance: 'a',
  })
  const settle = () => new Promise((resolve) => setImmediate(resolve))
  const miss = async () => {
    network.isCut = true
    const missed = expect(link.report([saw('db', 1, 1)])).rejects.toMatchObject({ code: 'FLEET_STORE_DEADLINE' })
    clock.advance(150)
    await missed
    await settle()
  }
  return { clock, asked, held, network, store, link, miss, settle, state: () => breaker?.state }
}

describe('a guarded store', () => {
  it('that misses a deadline is asked nothing until a ping was answered', async () => {
    const { clock, asked, network, link, miss, settle, state } = guarded()
    await miss()
    expect(state()).toBe('open')
    const error = await link.poll({ cursor: null, entries: [] }).catch((error) => error)
    expect(error).toMatchObject({ code: 'FLEET_STORE_SUSPENDED', cause: { code: 'BREAKER_OPEN' } })
    expect(asked).toEqual(['report'])
    network.isCut = false
    clock.advance(100)
    await settle()
    expect(asked).toEqual(['report', 'ping'])
    expect(state()).toBe('closed')
    expect(await link.report([saw('db', 1, 1)])).toEqual([])
  })

  it('that goes on missing is pinged after pauses that double, to 5 s', async () => {
    const { clock, asked, miss, settle } = guarded()
    await miss()
    const pauses: number[] = []
    for (let i = 0; i < 9; i++) {
      const from = clock.now()
      const pings = asked.length
      while (asked.length === pings) {
        clock.advance(10)
        await settle()
      }
      pauses.push(clock.now() - from)
    }
    // A pause is up to a fifth shorter at random, and begins with the deadline of the ping before it.
    const longest = [100, 350, 550, 950, 1_750, 3_350, 5_150, 5_150, 5_150]
    for (const [i, pause] of pauses.entries()) {
      const most = longest[i] ?? 0
      expect(pause, `pause ${i}`).toBeLessThanOrEqual(most + 10)
      expect(pause, `pause ${i}`).toBeGreaterThanOrEqual(i === 0 ? 80 : 150 + (most - 150) * 0.8 - 10)
    }
    expect(asked.slice(1).every((what) => what === 'ping')).toBe(true)
  })

  it('that comes back by a new connection is asked again at once', async () => {
    const { network, link, miss, store, state } = guarded()
    await miss()
    network.isCut = false
    store.stop()
    store.start()
    expect(state()).toBe('closed')
    expect(await link.report([saw('db', 1, 1)])).toEqual([])
  })

  it('is not blamed for a request that no store could do', async () => {
    const { link, state } = guarded()
    await expect(link.report([saw('db', 2, 1)])).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    expect(state()).toBe('closed')
  })

  it('closes its link, and answers nothing after that', async () => {
    const { link, store } = guarded()
    await link.poll({ cursor: null, entries: [] })
    await link.close()
    await expect(link.ping()).rejects.toMatchObject({ code: 'FLEET_STORE_CLOSED' })
    await expect(link.report([])).rejects.toMatchObject({ code: 'FLEET_STORE_CLOSED' })
    const other = store.join({ namespace: 'f', instance: 'b' })
    expect(await other.poll({ cursor: null, entries: [] })).toMatchObject({ live: 1 })
  })

  it('is told of a ping that is answered, or missed, when its link was closed meanwhile: nobody is', async () => {
    const unhandled: unknown[] = []
    const note = (reason: unknown) => unhandled.push(reason)
    process.on('unhandledRejection', note)
    onTestFinished(() => void process.off('unhandledRejection', note))
    for (const isMissed of [true, false]) {
      const { clock, held, network, link, miss, settle, state } = guarded()
      await miss()
      network.isHolding = true
      clock.advance(100)
      await settle()
      expect(state()).toBe('halfOpen')
      const closing = link.close()
      if (!isMissed) for (const deliver of held.splice(0)) deliver()
      clock.advance(1_000)
      await closing
      await settle()
      expect(clock.pending).toEqual([])
    }
    expect(unhandled).toEqual([])
  })

  it('closes its breaker though its link cannot be closed', async () => {
    const clock = createVirtualClock(1e12)
    const store = memoryStore({ clock })
    const broken = {
      join: (...args: Parameters<typeof store.join>) => ({
        ...store.join(...args),
        close: () => Promise.reject(new Error('no')),
      }),
    }
    let registry: Registry | undefined
    const link = guardedStore(broken, { clock, onBreaker: (_, made) => (registry = made) }).join({
      namespace: 'f',
      instance: 'a',
    })
    await expect(link.close()).rejects.toThrow('no')
    expect(registry?.isClosed).toBe(true)
  })

  it('refuses wrong options', () => {
    expect(() => guardedStore({} as never)).toThrow('store: expected a store: { join }')
    expect(() => guardedStore(memoryStore(), { paus: 1 } as never)).toThrow('did you mean pause?')
    expect(() => guardedStore(memoryStore(), { pause: -1 })).toThrow('openTimeout')
  })
})
