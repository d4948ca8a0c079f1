// The feed without a server: when it works, and what it keeps for who does not read.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createFeed } from '../../src/dashboard/feed.ts'
import { recordHistory } from '../../src/dashboard/history.ts'
import { createImage } from '../../src/dashboard/image.ts'
import { COLUMN, type Hello, type Rows, type WireRow } from '../../src/dashboard/protocol.ts'
import { wireRow } from '../../src/dashboard/wire-row.ts'
import { createRegistry } from '../../src/index.ts'
import { afterwards } from './support/serving.ts'

const HELLO: Hello = { protocol: 1, title: 't', pid: 1, startedAt: 0, now: 0, controls: false, endpoints: 0 }

function watched() {
  const registry = createRegistry()
  afterwards(() => registry.close())
  const changes = vi.spyOn(registry, 'changes')
  const history = recordHistory(registry)
  return { registry, changes, history, feed: createFeed(registry, history, () => HELLO) }
}

/** The events that a chunk of the stream holds. */
function eventsIn(chunk: Uint8Array | undefined): { name: string; data: unknown }[] {
  return [...new TextDecoder().decode(chunk).matchAll(/^event: (\w+)\ndata: (.*)$/gm)].map(
    ([, name = '', data = '']) => ({
      name,
      data: JSON.parse(data),
    }),
  )
}

function rowsIn(chunk: Uint8Array | undefined): readonly WireRow[] {
  return eventsIn(chunk).flatMap(({ data }) => (data as Rows).rows)
}

describe('the feed', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('has no timer and reads nothing while nobody watches', async () => {
    const { feed, changes } = watched()
    const idle = vi.getTimerCount()
    expect(changes).not.toHaveBeenCalled()
    const [first, second] = [feed.open().getReader(), feed.open().getReader()]
    expect(changes).toHaveBeenCalledOnce()
    expect(vi.getTimerCount()).toBeGreaterThan(idle)
    await first.cancel()
    expect(vi.getTimerCount()).toBeGreaterThan(idle)
    await second.cancel()
    expect(vi.getTimerCount()).toBe(idle)
    expect(feed.watchers()).toBe(0)
  })

  it('begins anew for who comes after all had left', async () => {
    const { feed, registry } = watched()
    registry.breaker('before')
    const first = feed.open().getReader()
    await vi.advanceTimersByTimeAsync(1)
    await first.cancel()
    registry.delete('before')
    registry.breaker('after')
    const second = feed.open().getReader()
    await vi.advanceTimersByTimeAsync(1)
    await second.read()
    const { value } = await second.read()
    expect(rowsIn(value).map(([name]) => name)).toEqual(['after'])
    await second.cancel()
  })

  it('gives a sign of life every ten seconds when nothing happens', async () => {
    const { feed } = watched()
    const reader = feed.open().getReader()
    await vi.advanceTimersByTimeAsync(1)
    for (const name of ['hello', 'rows', 'history']) {
      expect(eventsIn((await reader.read()).value).map((event) => event.name)).toEqual([name])
    }
    const next = reader.read()
    await vi.advanceTimersByTimeAsync(10_000)
    expect(new TextDecoder().decode((await next).value)).toBe(':\n\n')
    await reader.cancel()
  })
})

describe('the image', () => {
  it('counts the time to the next probe from when it is told, not from when it was read', () => {
    let now = 1_000
    const image = createImage(() => now)
    const registry = createRegistry()
    afterwards(() => registry.close())
    registry.breaker('mail').trip()
    const row = wireRow('mail', { ...registry.breaker('mail').stats(), retryAfterMs: 5_000 })
    const told = () => rowsIn(image.encode(['mail'], [], { isFull: true, isLast: true }))[0]
    image.set(row, now)
    expect(told()?.[COLUMN.retryAfterMs]).toBe(5_000)
    now += 1_200
    expect(told()?.[COLUMN.retryAfterMs]).toBe(3_800)
    now += 60_000
    expect(told()?.[COLUMN.retryAfterMs]).toBe(0)
  })

  it('makes portions that are small in bytes where names are long', () => {
    const image = createImage()
    const names = Array.from({ length: 100 }, (_, index) => `${index}`.padStart(10_000, 'x'))
    expect(image.portion(names).length).toBe(20)
    expect(image.portion(['a', 'b'])).toEqual(['a', 'b'])
  })
})
