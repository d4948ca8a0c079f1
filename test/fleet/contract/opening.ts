// Part of the contract of a fleet's store. When a fleet opens: the rate, the quorum, the window.
import { describe, expect, it } from 'vitest'
import { NO_RECORD } from '../../../src/fleet/record.ts'
import { OPEN, open, rulesWith, SLOT, saw } from '../support/rules.ts'
import { a, b, bench, c, nobody, recordOf } from './under-test.ts'

export function opening(): void {
  describe('decides to open', () => {
    it('one process that sees every call fail opens nothing for the others, however many calls it makes (I8)', async () => {
      for (let i = 0; i < 5; i++) expect(await a.report([saw('db', 1_000, 1_000)])).toEqual([])
      await b.report([saw('db', 0, 10)])
      await c.report([saw('db', 1, 10)])
      expect(await recordOf(a, 'db')).toEqual(NO_RECORD)
    })

    it('two processes that see it fail open it, for as long as the rules say, and the record says why', async () => {
      await a.report([saw('db', 6, 10)])
      const [change] = await b.report([saw('db', 9, 10)])
      const { remainingMs, ...record } = change?.record ?? NO_RECORD
      expect(record).toEqual({
        ...{ state: 'open', version: 1, openMs: OPEN, openings: 1, reason: 'failureRate', rate: 0.75, calls: 20 },
        ...{ reporters: 2, writer: 'b', message: '' },
      })
      expect(remainingMs).toBeGreaterThan(OPEN - 5_000)
      expect(remainingMs).toBeLessThanOrEqual(OPEN)
    })

    it('not while the rate of the whole fleet is below the threshold', async () => {
      await c.report([saw('db', 0, 100)])
      await a.report([saw('db', 20, 20)])
      expect(await b.report([saw('db', 20, 20)])).toEqual([])
      const [change] = await b.report([saw('db', 60, 60)])
      expect(change?.record).toMatchObject({ state: 'open', rate: 0.5, calls: 200 })
    })

    it('not before the fleet has made the least number of calls', async () => {
      await a.report([saw('db', 5, 5)])
      expect(await b.report([saw('db', 4, 4)])).toEqual([])
      expect(await b.report([saw('db', 1, 1)])).toMatchObject([{ record: { state: 'open', calls: 10 } }])
    })

    it('a report of calls that all went well is counted, and judged with the next that did not', async () => {
      await a.report([saw('db', 5, 5)])
      await b.report([saw('db', 4, 4)])
      expect(await c.report([saw('db', 0, 1)])).toEqual([])
      expect(await b.report([saw('db', 1, 1)])).toMatchObject([{ record: { state: 'open', calls: 11 } }])
    })

    it('endpoints of one report are judged each by its own rules', async () => {
      const strict = rulesWith({ minimumCalls: 4 })
      const reports = [saw('db', 2, 2), saw('mail', 2, 2, { rules: strict }), saw('web', 2, 2)]
      await a.report(reports)
      expect((await b.report(reports)).map(({ endpoint }) => endpoint)).toEqual(['mail'])
    })

    it('a process that sees it work again is no reporter any more', async () => {
      await a.report([saw('db', 3, 3)])
      await a.report([saw('db', 0, 1)])
      await b.report([saw('db', 20, 20)])
      expect(await recordOf(a, 'db')).toEqual(NO_RECORD)
    })

    it('a share of the live processes must see it fail, rounded up', async () => {
      const rules = rulesWith({ quorumReporters: 1, quorumShare: 0.6 })
      for (const link of [a, b, c]) await link.poll(nobody)
      await a.report([saw('db', 10, 10, { rules })])
      expect(await recordOf(a, 'db')).toEqual(NO_RECORD)
      expect(await b.report([saw('db', 10, 10, { rules })])).toMatchObject([
        { record: { state: 'open', reporters: 2 } },
      ])
    })

    it('slow calls open it where the rules say so', async () => {
      const rules = rulesWith({ slowRate: 0.8, failureRate: null })
      await a.report([saw('db', 10, 10, { rules, slow: 8 })])
      expect(await b.report([saw('db', 10, 10, { rules, slow: 8 })])).toMatchObject([
        { record: { state: 'open', reason: 'slowCallRate', rate: 0.8 } },
      ])
    })

    it('calls leave the window slot by slot', async () => {
      await a.report([saw('db', 6, 6)])
      await bench.passTime(12 * SLOT)
      await a.report([saw('db', 2, 2)])
      expect(await b.report([saw('db', 7, 7)])).toEqual([])
      await bench.passTime(5 * SLOT)
      expect(await b.report([saw('db', 1, 1)])).toMatchObject([{ record: { state: 'open', calls: 10 } }])
    })

    it('what is reported while it is open counts for nothing', async () => {
      const { version } = await open(a, b, 'db')
      expect(await c.report([saw('db', 50, 50)])).toMatchObject([{ record: { state: 'open', version } }])
    })

    it('many endpoints can be reported at once, and only those are answered of which there is news', async () => {
      const names = Array.from({ length: 450 }, (_, i) => `db-${i}`)
      expect(await a.report(names.map((name) => saw(name, 10, 10)))).toEqual([])
      const changes = await b.report(names.map((name, i) => saw(name, i % 100 === 0 ? 10 : 0, 10)))
      expect(changes.map(({ endpoint }) => endpoint)).toEqual(['db-0', 'db-100', 'db-200', 'db-300', 'db-400'])
    })
  })
}
