// A link to Redis that loses its connection again and again, on faked timers: what is told, how long it waits, what it forgets.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ConnectionEvents, Driver } from '../../src/fleet/redis/driver.ts'
import { newRedisLink } from '../../src/fleet/redis/link.ts'

const NOW = 1_700_000_000_000
const LIMITS = { deadlineMs: 40, maxPending: 100, maxPushes: 10 }

function connecting() {
  const server = { isThere: true, isSilent: false, mayPublish: true, events: [] as ConnectionEvents[] }
  const load = async (): Promise<Driver> => (events) => {
    server.events.push(events)
    queueMicrotask(() => (server.isThere ? events.onReady() : events.onEnd(new Error('refused'))))
    return {
      send: ([command]) => {
        if (command === 'TIME') return Promise.resolve([String(NOW / 1_000), '0'])
        return server.isSilent ? new Promise(() => {}) : Promise.resolve('PONG')
      },
      subscribe: () => (server.mayPublish ? Promise.resolve() : Promise.reject(new Error('NOPERM'))),
      destroy() {},
    }
  }
  const link = newRedisLink({ ...LIMITS, load }, { namespace: 'fleet', instance: 'a', liveForMs: 5_000 })
  const told: string[] = []
  link.subscribe({
    onReady: () => told.push('ready'),
    onLost: ({ message }) => told.push(message),
    onChanges: () => {},
  })
  const lose = (why: string) => server.events.at(-1)?.onEnd(new Error(why))
  const ping = async () => {
    const answer = link.ping().then(
      () => 'answered',
      (error: { code: string }) => error.code,
    )
    await vi.advanceTimersByTimeAsync(LIMITS.deadlineMs)
    return await answer
  }
  return { server, link, told, lose, ping, pass: (ms: number) => vi.advanceTimersByTimeAsync(ms) }
}

describe('a link to Redis', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('tells of each loss, once, however many attempts fail after it', async () => {
    const { server, link, told, lose, pass } = connecting()
    await pass(0)
    for (const time of ['first', 'second']) {
      server.isThere = false
      lose(time)
      await pass(5_000)
      server.isThere = true
      await pass(2_000)
    }
    expect(told).toEqual(['ready', 'first', 'ready', 'second', 'ready'])
    expect(link.figures()).toMatchObject({ isUp: true, connections: 3 })
    await link.close()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('waits longer after each attempt that fails, to a second, and begins anew after one that does not', async () => {
    const { server, link, lose, pass } = connecting()
    await pass(0)
    server.isThere = false
    lose('first')
    await pass(10_000)
    const before = server.events.length
    await pass(10_000)
    // From half a second to a second each.
    expect(server.events.length - before).toBeGreaterThanOrEqual(9)
    expect(server.events.length - before).toBeLessThanOrEqual(21)
    server.isThere = true
    await pass(1_000)
    expect(link.figures().isUp).toBe(true)
    lose('second')
    await pass(51)
    expect(link.figures().isUp).toBe(true)
    await link.close()
  })

  it('gives a connection up for two misses in a row: not with an answer between them, nor one before it was made', async () => {
    const { server, link, lose, ping, pass } = connecting()
    await pass(0)
    for (let nth = 0; nth < 3; nth++) {
      server.isSilent = true
      expect(await ping()).toBe('FLEET_STORE_DEADLINE')
      server.isSilent = false
      expect(await ping()).toBe('answered')
    }
    server.isSilent = true
    expect(await ping()).toBe('FLEET_STORE_DEADLINE')
    lose('reset by peer')
    await pass(100)
    expect(await ping()).toBe('FLEET_STORE_DEADLINE')
    expect(link.figures()).toMatchObject({ isUp: true, connections: 2 })
    expect(await ping()).toBe('FLEET_STORE_DEADLINE')
    expect(link.figures().isUp).toBe(false)
    server.isSilent = false
    await link.close()
  })

  it('says why nothing is pushed, until a connection on which it is', async () => {
    const { server, link, lose, pass } = connecting()
    server.mayPublish = false
    await pass(0)
    expect(link.figures()).toMatchObject({ isUp: true, pushError: 'Error: NOPERM' })
    server.mayPublish = true
    lose('reset by peer')
    await pass(100)
    expect(link.figures()).toMatchObject({ isUp: true, pushError: null })
    await link.close()
  })

  it('that is closed in whatever it is doing leaves no timer, and connects no more', async () => {
    for (const doing of ['loading', 'connecting', 'waiting', 'up'] as const) {
      const { server, link, pass } = connecting()
      server.isThere = doing === 'up'
      if (doing === 'connecting') server.events.push = () => 0
      if (doing !== 'loading') await pass(0)
      await link.close()
      const { length } = server.events
      await pass(10_000)
      expect([doing, server.events.length, vi.getTimerCount()]).toEqual([doing, length, 0])
    }
  })
})
