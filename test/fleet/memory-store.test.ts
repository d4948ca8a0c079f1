// The store in memory: the contract, and what it does for tests alone: a network that is late, and a store that is away.
import { describe, expect, it } from 'vitest'
import { type MemoryMessage, memoryStore } from '../../src/fleet/memory-store.ts'
import { NO_RECORD } from '../../src/fleet/record.ts'
import { describeStore } from '../../src/fleet/testing/index.ts'
import { entry, open, saw } from '../../src/fleet/testing/requests.ts'
import { createVirtualClock } from '../../src/testing/index.ts'
import { describeBeyond } from './contract/beyond.ts'

const contractClock = createVirtualClock(1e12)
const contractStore = memoryStore({ clock: contractClock })
const contractBench = {
  store: contractStore,
  passTime: (ms: number) => contractClock.advance(ms),
  shiftClock: (ms: number) => contractStore.shiftClock(ms),
  loseData: () => contractStore.flush(),
}
describeStore('a fleet in memory keeps the contract', () => contractBench, { describe, it })
describe('a fleet in memory', () => describeBeyond(() => contractBench, it))

describe('a store in memory', () => {
  function networked() {
    const clock = createVirtualClock(1e12)
    const held: { readonly message: MemoryMessage; readonly deliver: () => void }[] = []
    const network = { isHolding: false }
    const sent: string[] = []
    const carry = (message: MemoryMessage, deliver: () => void) => {
      if (message.kind === 'request') sent.push(message.what)
      if (network.isHolding) held.push({ message, deliver })
      else deliver()
    }
    const store = memoryStore({ clock, carry })
    const join = (instance: string) => store.join({ namespace: 'fleet', instance })
    return { clock, held, network, sent, store, a: join('a'), b: join('b') }
  }

  it('a request without an answer is rejected at its deadline, and the answer that comes later is dropped', async () => {
    const { a, clock, held, network } = networked()
    network.isHolding = true
    const asked = a.report([saw('db', 1, 1)])
    clock.advance(149)
    expect(a.figures()).toMatchObject({ pending: 1, deadlineMissed: 0 })
    clock.advance(1)
    await expect(asked).rejects.toMatchObject({ code: 'FLEET_STORE_DEADLINE' })
    network.isHolding = false
    for (const { deliver } of held) deliver()
    await Promise.resolve()
    expect(a.figures()).toMatchObject({ requests: 1, deadlineMissed: 1 })
  })

  it('a request that arrives later than twice the deadline changes nothing (I9)', async () => {
    const { a, b, clock, held, network, sent } = networked()
    await a.report([saw('db', 10, 10)])
    network.isHolding = true
    const view = { ...NO_RECORD, state: 'forcedOpen', version: 9, writer: 'x' } as const
    const late = [
      b.report([saw('db', 10, 10), saw('web', 0, 1, { view })]),
      b.command(entry('mail'), { type: 'isolate' }),
      b.acquire(entry('db'), 'x'),
    ]
    const settled = Promise.allSettled(late)
    clock.advance(301)
    await settled
    network.isHolding = false
    for (const { deliver } of held.splice(0)) deliver()
    await new Promise((resolve) => setImmediate(resolve))
    // Nor is anything sent again for those who have given up.
    expect(sent).toHaveLength(4)
    expect(await a.poll({ cursor: null, entries: [] })).toMatchObject({ changes: [], live: 1 })
  })

  it('the same request within twice the deadline counts, though its process has given it up', async () => {
    const { a, b, clock, held, network } = networked()
    await a.report([saw('db', 10, 10)])
    network.isHolding = true
    const asked = Promise.allSettled([b.report([saw('db', 10, 10)])])
    clock.advance(300)
    await asked
    network.isHolding = false
    held[0]?.deliver()
    expect(await a.poll({ cursor: null, entries: [] })).toMatchObject({ changes: [{ record: { state: 'open' } }] })
  })

  it('a request whose process does not know that the clock was set is sent again, once', async () => {
    const { a, b, store } = networked()
    await a.report([saw('db', 10, 10)])
    store.shiftClock(60_000)
    expect(await b.report([saw('db', 10, 10)])).toMatchObject([{ record: { state: 'open' } }])
    expect(b.figures()).toMatchObject({ late: 0, requests: 1 })
  })

  it('a store that was stopped answers nothing, and says when it is there again with its data', async () => {
    const { a, b, store } = networked()
    const heard: string[] = []
    a.subscribe({
      onReady: () => heard.push('ready'),
      onLost: ({ message }) => heard.push(message),
      onChanges: () => {},
    })
    await open(a, b, 'db')
    store.stop()
    await expect(a.poll({ cursor: null, entries: [] })).rejects.toMatchObject({ code: 'FLEET_STORE_OFFLINE' })
    expect(a.figures().isUp).toBe(false)
    store.start()
    expect(heard).toEqual(['ready', 'the store was stopped', 'ready'])
    expect(await a.poll({ cursor: null, entries: [] })).toMatchObject({ changes: [{ record: { state: 'open' } }] })
  })

  it('fleets of other names know nothing of each other', async () => {
    const { a, b, store } = networked()
    await open(a, b, 'db')
    const other = store.join({ namespace: 'other', instance: 'a' })
    expect(await other.poll({ cursor: null, entries: [] })).toMatchObject({ changes: [], live: 1 })
  })

  it('wrong options are refused', () => {
    expect(() => memoryStore({ deadlin: 1 } as never)).toThrow('did you mean deadline?')
    expect(() => memoryStore({ deadline: 0 })).toThrow('options.deadline: expected a whole number of at least 1')
    expect(() => memoryStore({ clock: {} as never })).toThrow('options.clock: expected a clock')
    expect(() => memoryStore({ carry: 1 as never })).toThrow('options.carry: expected a function')
  })
})
