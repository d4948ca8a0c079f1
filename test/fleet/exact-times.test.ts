// When times end, to the millisecond: on a clock that moves only when told, with the store in memory, which is the reference of
// the scripts. A table of all that end by themselves.
import { describe, expect, it } from 'vitest'
import { memoryStore } from '../../src/fleet/memory-store.ts'
import type { FleetLink } from '../../src/fleet/store.ts'
import { entry, OPEN, open, rulesWith, SLOT, saw } from '../../src/fleet/testing/requests.ts'
import { createVirtualClock } from '../../src/testing/index.ts'

interface Fleet {
  readonly a: FleetLink
  readonly b: FleetLink
  readonly pass: (ms: number) => void
}
interface Ending {
  /** How long it lasts, in ms. */
  readonly lastsMs: number
  readonly begin: (fleet: Fleet) => Promise<unknown>
  readonly isOver: (fleet: Fleet) => Promise<boolean>
}

const nobody = { cursor: null, entries: [] }
const QUORUM = rulesWith({ quorumReporters: 1, quorumShare: 1 })

async function halfOpen({ a, b, pass }: Fleet): Promise<void> {
  await open(a, b, 'db')
  pass(OPEN)
  await a.acquire(entry('db'), 'one')
}

const ENDINGS: Record<string, Ending> = {
  'the open time': {
    lastsMs: OPEN,
    begin: ({ a, b }) => open(a, b, 'db'),
    isOver: async ({ b }) => (await b.acquire(entry('db'), 'token')).isGranted,
  },
  'a lease, for who wants the next': {
    lastsMs: 30_000,
    begin: halfOpen,
    isOver: async ({ b }) => (await b.acquire(entry('db'), 'two')).isGranted,
  },
  'a lease, for its result': {
    lastsMs: 30_000,
    begin: halfOpen,
    isOver: async ({ a }) => !(await a.complete(entry('db'), { version: 2, token: 'one', isSuccess: true })).isAccepted,
  },
  'being alive, for who polls': {
    lastsMs: 5_000,
    begin: ({ a }) => a.poll(nobody),
    isOver: async ({ b }) => (await b.poll(nobody)).live === 1,
  },
  'being alive, for the quorum': {
    lastsMs: 5_000,
    begin: ({ a }) => a.poll(nobody),
    // Of two who are alive both would have to agree.
    isOver: async ({ b }) => {
      await b.poll(nobody)
      return (await b.report([saw('db', 10, 10, { rules: QUORUM })])).length === 1
    },
  },
  'being a suspect': {
    lastsMs: 10 * SLOT,
    begin: ({ a }) => a.report([saw('db', 1, 100)]),
    isOver: async ({ b }) => (await b.poll(nobody)).suspects.length === 0,
  },
  'being a reporter': {
    lastsMs: 10 * SLOT,
    begin: ({ a }) => a.report([saw('db', 10, 10)]),
    isOver: async ({ b }) => (await b.report([saw('db', 10, 10)])).length === 0,
  },
}

describe.each(Object.entries(ENDINGS))('%s', (_, { lastsMs, begin, isOver }) => {
  it.each([
    [-1, false],
    [0, true],
  ])('%i ms from its end', async (offMs, expected) => {
    const clock = createVirtualClock(1e12)
    const store = memoryStore({ clock })
    const [a, b] = ['a', 'b'].map((instance) => store.join({ namespace: 'fleet', instance })) as [FleetLink, FleetLink]
    const fleet = { a, b, pass: (ms: number) => clock.advance(ms) }
    await begin(fleet)
    clock.advance(lastsMs + offMs)
    expect(await isOver(fleet)).toBe(expected)
  })
})

describe('a request whose process does not know that the clock was set', () => {
  it.each([
    ['forward, by as much as a request may be old', 300, 1],
    ['forward, by a millisecond more', 301, 2],
    ['back, by as much as a request may be old', -300, 1],
    ['back, by a millisecond more', -301, 2],
  ])('%s, is sent as often as that takes', async (_, ms, times) => {
    const sent: string[] = []
    const clock = createVirtualClock(1e12)
    const store = memoryStore({
      clock,
      carry({ kind, what }, deliver) {
        if (kind === 'request') sent.push(what)
        deliver()
      },
    })
    const link = store.join({ namespace: 'fleet', instance: 'a' })
    store.shiftClock(ms)
    expect(await link.command(entry('db'), { type: 'trip' })).toMatchObject({ record: { state: 'open', version: 1 } })
    expect(sent).toEqual(Array.from({ length: times }, () => 'command'))
    expect(link.figures()).toMatchObject({ late: 0, requests: 1 })
    // What time the store has is known from then on.
    await link.command(entry('db'), { type: 'reset' })
    expect(sent).toHaveLength(times + 1)
  })
})
