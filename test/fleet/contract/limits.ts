// Beyond the contract: limits of our own stores, at the limit: exactly as many, and one more.
import { randomUUID } from 'node:crypto'
import { expect } from 'vitest'
import type { FleetLink } from '../../../src/fleet/index.ts'
import { type Clause, ready } from '../../../src/fleet/testing/fleet-under-test.ts'
import { entry, everything, nobody, open, rulesWith, SLOT, saw } from '../../../src/fleet/testing/requests.ts'

const many = (count: number) => Array.from({ length: count }, (_, i) => `db-${i}`)

export function limits(it: Clause): void {
  it('a tenth of 30 processes is 3: two open nothing, the third does (I8)', async (fleet) => {
    const { store } = fleet
    const namespace = `thirty-${randomUUID()}`
    const links = Array.from({ length: 30 }, (_, i) => store.join({ namespace, instance: `p${i}` }))
    await Promise.all(links.map(ready))
    const [a, b, c] = links as [FleetLink, FleetLink, FleetLink]
    try {
      await Promise.all(links.map((link) => link.poll(nobody)))
      expect(await a.poll(nobody)).toMatchObject({ live: 30 })
      const rules = rulesWith({ quorumReporters: 1, quorumShare: 0.1 })
      for (const link of [a, b]) expect(await link.report([saw('db', 10, 10, { rules })])).toEqual([])
      expect(await c.report([saw('db', 10, 10, { rules })])).toMatchObject([{ record: { reporters: 3 } }])
    } finally {
      await Promise.all(links.map((link) => link.close()))
    }
  })

  it('a poll that is 1,000 changes behind is told all of them, one that is 1,001 behind to ask for everything', async (fleet) => {
    const { a, b, c } = fleet
    const { cursor } = await c.poll(nobody)
    const reports = many(1_000).map((name) => saw(name, 10, 10))
    await a.report(reports)
    expect(await b.report(reports)).toHaveLength(1_000)
    const news = await c.poll({ cursor, entries: [] })
    expect([news.changes.length, typeof news.cursor]).toEqual([1_000, 'string'])
    await a.command(entry('one more'), { type: 'trip' })
    expect(await c.poll({ cursor, entries: [] })).toMatchObject({ cursor: null, changes: [] })
    expect(await c.poll({ cursor: news.cursor, entries: [] })).toMatchObject({ changes: [{ endpoint: 'one more' }] })
  })

  it('200 suspects are named, and no more', async (fleet) => {
    const { a, b } = fleet
    await a.report(many(199).map((name) => saw(name, 1, 100)))
    expect((await b.poll(nobody)).suspects).toHaveLength(199)
    await a.report([saw('one', 1, 100), saw('more', 1, 100)])
    expect((await b.poll(nobody)).suspects).toHaveLength(200)
  })

  it('calls are in the window for nine of its ten slots after their own', async (fleet) => {
    const { a, b, passTime } = fleet
    await a.report([saw('db', 5, 5), saw('mail', 5, 5)])
    await passTime(9 * SLOT)
    expect(await b.report([saw('db', 5, 5)])).toMatchObject([{ record: { state: 'open', calls: 10 } }])
    await passTime(SLOT)
    expect(await b.report([saw('mail', 5, 5)])).toEqual([])
  })

  it('a message of 200 characters is told whole, and cut after that', async (fleet) => {
    const { a } = fleet
    for (const [name, length] of [['db', 200] as const, ['mail', 201] as const]) {
      const message = '🙂'.repeat(length)
      const { record } = await a.command(entry(name), { type: 'isolate', message })
      expect([...record.message]).toHaveLength(200)
    }
  })

  it('what is forgotten at once leaves behind the highest version of all of it (I5)', async (fleet) => {
    const { a, b, c, passTime } = fleet
    for (const command of ['trip', 'reset', 'trip', 'reset'] as const) await a.command(entry('mail'), { type: command })
    await open(a, b, 'db')
    await a.command(entry('db'), { type: 'reset' })
    await passTime(26 * 3_600_000)
    expect(await everything(c)).toEqual([])
    const { record } = await c.command(entry('db'), { type: 'trip' })
    expect(record.version).toBe(5)
  })

  it('open times are spread by the version: those of two endings differ, those of two endpoints do not', async (fleet) => {
    const { a } = fleet
    const rules = rulesWith({ jitter: 0.5, backoffFactor: 1 })
    const openMs: Record<string, number[]> = { db: [], mail: [] }
    for (const name of ['db', 'mail']) {
      for (let nth = 0; nth < 3; nth++) {
        const { record } = await a.command(entry(name, null, rules), { type: 'trip' })
        openMs[name]?.push(record.openMs)
        await a.command(entry(name, null, rules), { type: 'reset' })
      }
    }
    expect(new Set(openMs['db']).size).toBe(3)
    expect(openMs['mail']).toEqual(openMs['db'])
  })
}
