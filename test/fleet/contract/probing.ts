// Part of the contract of a fleet's store. How a fleet probes: leases, their tokens, and what results do.
import { describe, expect, it } from 'vitest'
import { NO_RECORD } from '../../../src/fleet/record.ts'
import type { FleetLink } from '../../../src/fleet/store.ts'
import { entry, OPEN, open, rulesWith } from '../support/rules.ts'
import { a, b, bench, c, due, recordOf } from './under-test.ts'

export function probing(): void {
  describe('probes', () => {
    it('gives no lease while the open time lasts, and says how long that is', async () => {
      await open(a, b, 'db')
      await bench.passTime(OPEN / 2)
      const grant = await c.acquire(entry('db'), 'token')
      expect(grant).toMatchObject({ isGranted: false, leaseMs: 0, change: { record: { state: 'open', version: 1 } } })
      expect(grant.retryAfterMs).toBeGreaterThan(OPEN / 2 - 5_000)
      expect(grant.retryAfterMs).toBeLessThanOrEqual(OPEN / 2)
    })

    it('of 64 that ask at once, exactly as many get a lease as there may be probes (I4)', async () => {
      for (const max of [1, 3]) {
        const rules = rulesWith({ halfOpenMaxCalls: max })
        await due(`db-${max}`, rules)
        const asking = Array.from({ length: 64 }, (_, i) =>
          ([a, b, c][i % 3] as FleetLink).acquire(entry(`db-${max}`, null, rules), `token-${i}`),
        )
        const grants = await Promise.all(asking)
        expect(grants.filter(({ isGranted }) => isGranted)).toHaveLength(max)
        expect(new Set(grants.map(({ change }) => `${change.record.state} ${change.record.version}`))).toEqual(
          new Set(['halfOpen 2']),
        )
        for (const { isGranted, leaseMs, retryAfterMs } of grants) {
          expect(isGranted ? leaseMs : retryAfterMs).toBeGreaterThan(20_000)
        }
      }
    })

    it('any process can take it from open to closed, not only the one that opened it (I11)', async () => {
      await due('db')
      for (const [link, token] of [
        [c, 'one'],
        [b, 'two'],
      ] as const) {
        const { isGranted, change } = await link.acquire(entry('db'), token)
        expect(isGranted).toBe(true)
        const { version } = change.record
        expect(await link.complete(entry('db'), { version, token, isSuccess: true })).toMatchObject({
          isAccepted: true,
        })
      }
      expect(await recordOf(a, 'db')).toMatchObject({
        state: 'closed',
        version: 3,
        reason: 'probeSuccesses',
        openings: 0,
      })
    })

    it('a probe that fails opens it again, for longer', async () => {
      await due('db')
      await c.acquire(entry('db'), 'token')
      const { change } = await c.complete(entry('db'), { version: 2, token: 'token', isSuccess: false })
      expect(change.record).toMatchObject({
        state: 'open',
        version: 3,
        openMs: 2 * OPEN,
        openings: 2,
        reason: 'probeFailures',
      })
      await bench.passTime(2 * OPEN + 1)
      await c.acquire(entry('db'), 'again')
      await c.complete(entry('db'), { version: 4, token: 'again', isSuccess: false })
      await bench.passTime(4 * OPEN + 1)
      await c.acquire(entry('db'), 'third')
      const last = await c.complete(entry('db'), { version: 6, token: 'third', isSuccess: false })
      expect(last.change.record).toMatchObject({ openMs: 4 * OPEN, openings: 4 })
    })

    it('a result that comes twice, with another token, or of an earlier version changes nothing (I9)', async () => {
      const rules = rulesWith({ successThreshold: 3 })
      const shared = entry('db', null, rules)
      await due('db', rules)
      await c.acquire(shared, 'one')
      const one = { version: 2, token: 'one', isSuccess: true }
      expect(await a.complete(shared, { ...one, token: 'other', isSuccess: false })).toMatchObject({
        isAccepted: false,
      })
      expect(await a.complete(shared, { ...one, version: 1, isSuccess: false })).toMatchObject({ isAccepted: false })
      expect(await c.complete(shared, one)).toMatchObject({ isAccepted: true })
      for (let i = 0; i < 3; i++) expect(await c.complete(shared, one)).toMatchObject({ isAccepted: false })
      expect(await recordOf(a, 'db')).toMatchObject({ state: 'halfOpen', version: 2 })
    })

    it('the lease of a process that died is free after the lease time, and its late result counts for nothing (I10)', async () => {
      await due('db')
      await a.acquire(entry('db'), 'dead')
      expect(await b.acquire(entry('db'), 'next')).toMatchObject({ isGranted: false })
      await bench.passTime(31_000)
      expect(await b.acquire(entry('db'), 'next')).toMatchObject({ isGranted: true })
      expect(await a.complete(entry('db'), { version: 2, token: 'dead', isSuccess: false })).toMatchObject({
        isAccepted: false,
      })
      expect(await recordOf(c, 'db')).toMatchObject({ state: 'halfOpen' })
    })

    it('a request that is sent twice has one lease', async () => {
      await due('db')
      expect(await a.acquire(entry('db'), 'mine')).toMatchObject({ isGranted: true })
      expect(await a.acquire(entry('db'), 'mine')).toMatchObject({ isGranted: true })
      expect(await b.acquire(entry('db'), 'other')).toMatchObject({ isGranted: false })
    })

    it('nothing is to be probed while it is closed', async () => {
      expect(await a.acquire(entry('db'), 'token')).toMatchObject({ isGranted: false, retryAfterMs: 0 })
      expect(await recordOf(a, 'db')).toEqual(NO_RECORD)
    })
  })
}
