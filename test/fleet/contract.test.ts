// The contract of stores sees what it is there to see: each clause fails a store with a bug, and says what is wrong with it.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type FleetLink, type FleetStore, memoryStore } from '../../src/fleet/index.ts'
import { describeStore } from '../../src/fleet/testing/index.ts'
import { createVirtualClock } from '../../src/testing/index.ts'
import type { Planted } from './planted/kit.ts'
import { PLANTED } from './planted/stores.ts'

interface Clause {
  readonly title: string
  readonly body: () => Promise<void>
}

function clausesOver(plant: Planted['plant'] = () => ({}), join?: (store: FleetStore) => FleetStore['join']): Clause[] {
  const clauses: Clause[] = []
  const start = () => {
    const clock = createVirtualClock(1e12)
    const inner = memoryStore({ clock })
    const memory = new Map<string, unknown>()
    let aheadMs = 0
    const store: FleetStore = {
      join(member) {
        const link = (join?.(inner) ?? inner.join)(member)
        const { instance } = member
        return { ...link, ...plant(link, { instance, memory, aheadMs: () => aheadMs }) } satisfies FleetLink
      },
    }
    return {
      store,
      passTime: (ms: number) => clock.advance(ms),
      shiftClock(ms: number) {
        aheadMs += ms
        inner.shiftClock(ms)
      },
      loseData: () => inner.flush(),
    }
  }
  const runner = {
    describe: (_: string, body: () => void) => body(),
    it: (title: string, body: () => Promise<void>) => clauses.push({ title, body }),
  }
  describeStore('a store', start, runner)
  return clauses
}

async function failureOf({ title, body }: Clause): Promise<string | null> {
  try {
    await body()
    return null
  } catch (error) {
    return `${title}: ${(error as Error).message}`
  }
}

const failuresOf = async (clauses: readonly Clause[]) => {
  const found: string[] = []
  for (const clause of clauses) found.push((await failureOf(clause)) ?? '')
  return found.filter((failure) => failure !== '')
}

describe('the contract of stores', () => {
  // What waits for a promise that is not settled need not wait for real: the store in memory answers within a turn of the loop.
  beforeAll(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }).setTimerTickMode('nextTimerAsync'))
  afterAll(() => vi.useRealTimers())

  it('is kept by a sound store', async () => {
    expect(await failuresOf(clausesOver())).toEqual([])
  })

  it.each(PLANTED)('fails one that $bug: $breaks', async ({ breaks, plant }) => {
    const broken = clausesOver(plant).filter(({ title }) => title.startsWith(breaks))
    const failures = await failuresOf(broken)
    expect(failures).toHaveLength(1)
    // Nobody can mend a store by an error of our own.
    expect(failures[0]).not.toMatch(/TypeError|Cannot read/)
  })

  it('fails one that takes any name for a member', async () => {
    const mending = ({ join }: FleetStore): FleetStore['join'] => {
      return ({ namespace, instance }) => {
        return join({ namespace: namespace.replaceAll(/\W/g, '-'), instance: instance.slice(0, 64) })
      }
    }
    const failures = await failuresOf(clausesOver(undefined, mending))
    expect(failures).toEqual([
      expect.stringContaining('a namespace or an instance that would collide with others: join('),
    ])
  })

  it('has no clause that none of these fails', () => {
    const unbroken = clausesOver().filter(({ title }) => !PLANTED.some(({ breaks }) => title.startsWith(breaks)))
    expect(unbroken.map(({ title }) => title)).toEqual(['a namespace or an instance that would collide with others'])
  })

  it('says what was expected, what the store did, and what it was asked before', async () => {
    const planted = PLANTED.find(({ bug }) => bug === 'keeps leases for ever')
    const clause = clausesOver(planted?.plant).find(({ title }) => title.startsWith('the lease of a process that died'))
    expect(await failureOf(clause as Clause)).toBe(
      `${clause?.title}: a second lease after the first has ended: expected isGranted to be true, received false
after
  a.report(db: 10 of 10 failed)
  b.report(db: 10 of 10 failed)
  120.001 s pass
  a.acquire(db, 'dead')
  b.acquire(db, 'next')
  31 s pass
  b.acquire(db, 'next')`,
    )
  })

  it.each([
    [
      'whose promises are never settled',
      () => ({ report: () => new Promise<never>(() => {}) }),
      /^a.report.* was not settled within 20 s/,
    ],
    ['that is never ready', () => ({ subscribe: () => () => {} }), /^subscribe: onReady was not called within 20 s/],
  ] as const)('fails a store %s, and does not wait for ever', async (_, plant, message) => {
    const [first] = clausesOver(plant)
    await expect(first?.body()).rejects.toThrow(message)
  })

  it('refuses what is no store under test, and no runner', async () => {
    const runner = { describe: (_: string, body: () => void) => body(), it: () => {} }
    expect(() => describeStore(1 as never, () => ({}) as never, runner)).toThrow('name: expected a string')
    expect(() => describeStore('mine', {} as never, runner)).toThrow('start: expected a function')
    expect(() => describeStore('mine', () => ({}) as never, {} as never)).toThrow('runner: expected')
    let first: (() => Promise<void>) | undefined
    describeStore('mine', () => ({ store: memoryStore() }) as never, {
      ...runner,
      it: (_, body) => {
        first ??= body
      },
    })
    await expect(first?.()).rejects.toThrow('the store under test: expected store, passTime, shiftClock and loseData')
  })
})
