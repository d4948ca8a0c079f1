// The feed without a server: when it works, and what it keeps for who does not read.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createRegistry } from '../../../src/index.ts'
import { createFeed } from '../../../src/observe/dashboard/feed.ts'
import { recordHistory } from '../../../src/observe/dashboard/history.ts'
import { createImage } from '../../../src/observe/dashboard/image.ts'
import { COLUMN, type Hello, type Rows, type WireRow } from '../../../src/observe/dashboard/protocol.ts'
import { readUpdates } from '../../../src/observe/dashboard/update.ts'
import { createWatcher } from '../../../src/observe/dashboard/watcher.ts'
import { wireRow } from '../../../src/observe/dashboard/wire-row.ts'
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

describe('an update', () => {
  it('keeps an endpoint that is deleted and made anew between two slices of the same reading', async () => {
    const { registry } = watched()
    for (let index = 0; index < 40; index++) registry.breaker(`service-${index}`)
    const image = createImage()
    const updates = readUpdates(registry, image)
    afterwards(updates.close)
    let buckets = 0
    const breathe = async () => {
      if (buckets++ === 0) {
        registry.delete('service-0')
        registry.breaker('service-0')
      }
      return true
    }
    await updates.next(breathe)
    expect(buckets).toBeGreaterThan(1)
    expect(await updates.next(breathe)).toEqual({ changed: [], gone: [] })
    expect(image.size()).toBe(40)
  })

  it('that is stopped between two slices says nothing', async () => {
    const { registry } = watched()
    for (let index = 0; index < 40; index++) registry.breaker(`service-${index}`)
    const image = createImage()
    const updates = readUpdates(registry, image)
    afterwards(updates.close)
    expect(await updates.next(async () => false)).toBe(null)
    expect(image.size()).toBe(16)
  })
})

describe('what goes wrong while the feed reads', () => {
  it('is an event of the registry; it tries again', async () => {
    const { feed, registry, changes } = watched()
    registry.breaker('mail')
    const reader = registry.changes()
    const read = vi.spyOn(reader, 'read').mockImplementationOnce(() => {
      throw new Error('broken once')
    })
    changes.mockReturnValue(reader)
    const errors: unknown[] = []
    registry.on('error', ({ source, error }) => errors.push(source, (error as Error).message))
    const stream = feed.open().getReader()
    await stream.read()
    expect(rowsIn((await stream.read()).value).map(([name]) => name)).toEqual(['mail'])
    expect(errors).toEqual(['dashboard', 'broken once'])
    expect(read).toHaveBeenCalledTimes(2)
    await stream.cancel()
  })
})

describe('a watcher that can take no more', () => {
  const portion = (names: string[], gone: string[], bytes = 0) => ({ names, gone, bytes: () => new Uint8Array(bytes) })
  const full = async () => {
    const { history, registry } = watched()
    const image = createImage()
    const put = (name: string) => image.set(wireRow(name, registry.breaker(name).stats()))
    put('stays')
    const watcher = createWatcher(
      image,
      history,
      () => HELLO,
      () => {},
    )
    watcher.prime()
    const reader = watcher.stream.getReader()
    for (const name of ['hello', 'rows', 'history']) expect(eventsIn((await reader.read()).value)[0]?.name).toBe(name)
    watcher.offer(portion(['big'], [], 1_000_000))
    return { image, put, watcher, reader }
  }

  it('is told once of what happened meanwhile, as it is by then', async () => {
    const { image, put, watcher, reader } = await full()
    for (const name of ['new', 'brief']) {
      put(name)
      watcher.offer(portion([name], []))
    }
    image.delete('brief')
    watcher.offer(portion(['new'], ['brief']))
    expect((await reader.read()).value?.byteLength).toBe(1_000_000)
    const { value } = await reader.read()
    expect(rowsIn(value).map(([name]) => name)).toEqual(['new'])
    expect(eventsIn(value)[0]?.data).toMatchObject({ gone: ['brief'] })
    expect(eventsIn(value)[0]?.data).not.toHaveProperty('full')
    await reader.cancel()
  })

  it('is told everything anew when too many are gone to be named', async () => {
    const { watcher, reader } = await full()
    for (let round = 0; round < 11; round++) {
      const gone = Array.from({ length: 1_000 }, (_, index) => `${round}-${index}`)
      watcher.offer(portion([], gone))
    }
    await reader.read()
    expect(eventsIn((await reader.read()).value)).toEqual([{ name: 'hello', data: HELLO }])
    const { value } = await reader.read()
    expect(rowsIn(value).map(([name]) => name)).toEqual(['stays'])
    expect(eventsIn(value)[0]?.data).toMatchObject({ full: true, last: true, gone: [] })
    expect(eventsIn((await reader.read()).value)).toEqual([{ name: 'history', data: [] }])
    await reader.cancel()
  })

  it('is sent no heartbeat, but is bidden farewell', async () => {
    const { watcher, reader } = await full()
    watcher.heartbeat()
    watcher.end(new TextEncoder().encode('bye'))
    await reader.read()
    expect(new TextDecoder().decode((await reader.read()).value)).toBe('bye')
    expect((await reader.read()).done).toBe(true)
  })
})

describe('the image', () => {
  it('counts the time to the next probe from when it is told, not from when it was read', () => {
    let now = 1_000
    const image = createImage(() => now)
    const registry = createRegistry()
    afterwards(() => registry.close())
    registry.breaker('mail').trip()
    const { admission, ...stats } = registry.breaker('mail').stats()
    const row = wireRow('mail', { ...stats, admission: { ...admission, retryAfterMs: 5_000 } })
    const told = () => rowsIn(image.encode(['mail'], [], { isFull: true, isLast: true }))[0]
    image.set(row)
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
