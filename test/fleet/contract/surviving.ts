// Part of the contract of a fleet's store. What a fleet survives: loss of data, clocks that are set, other rules, lies, names of any kind.
import { describe, expect, it } from 'vitest'
import { type FleetRecord, NO_RECORD } from '../../../src/fleet/record.ts'
import { entry, OPEN, open, rulesWith, saw } from '../support/rules.ts'
import { a, b, bench, c, due, everything, nobody, recordOf } from './under-test.ts'

export function surviving(): void {
  describe('survives', () => {
    it('loss of all data: the first process that calls brings back what it knows, versions never go back (I5)', async () => {
      const record = await open(a, b, 'db')
      const lock = (await a.command(entry('mail'), { type: 'isolate', message: 'fire' })).record
      await bench.loseData()
      const known = [entry('db', record), entry('mail', lock), entry('cache', NO_RECORD)]
      const { changes } = await c.poll({ cursor: null, entries: known })
      expect(changes.map(({ endpoint, isRepaired }) => [endpoint, isRepaired]).toSorted()).toEqual([
        ['db', true],
        ['mail', true],
      ])
      expect(c.figures().repaired).toBe(2)
      expect(await recordOf(a, 'mail')).toEqual(lock)
      const { remainingMs, ...rest } = await recordOf(a, 'db')
      expect(rest).toEqual({ ...record, remainingMs: undefined, ...rest })
      expect(remainingMs).toBeGreaterThan(OPEN - 10_000)
      const next = await a.command(entry('db', record), { type: 'reset' })
      expect(next.record).toMatchObject({ version: record.version + 1 })
    })

    it('every request brings the view along: a report, a lease, a result and a command repair, too', async () => {
      const opened = await open(a, b, 'db')
      await bench.loseData()
      expect(await a.report([saw('db', 0, 5, { view: opened })])).toMatchObject([
        { isRepaired: true, record: { version: 1 } },
      ])
      await bench.loseData()
      expect(await a.acquire(entry('db', opened), 'token')).toMatchObject({
        isGranted: false,
        change: { isRepaired: true },
      })
      const due: FleetRecord = { ...opened, remainingMs: 0 }
      await bench.loseData()
      const grant = await a.acquire(entry('db', due), 'token')
      expect(grant).toMatchObject({ isGranted: true, change: { record: { state: 'halfOpen', version: 2 } } })
      await bench.loseData()
      const result = { version: 2, token: 'token', isSuccess: true }
      expect(await a.complete(entry('db', grant.change.record), result)).toMatchObject({
        isAccepted: false,
        change: { isRepaired: true, record: { state: 'halfOpen', version: 2 } },
      })
      await bench.loseData()
      const view: FleetRecord = { ...opened, state: 'disabled', version: 8, remainingMs: 0 }
      expect(await a.command(entry('db', view), { type: 'enable' })).toMatchObject({
        record: { state: 'closed', version: 9 },
      })
    })

    it('what has been closed for a day is forgotten, and its versions are not given again (I5, I14)', async () => {
      await open(a, b, 'db')
      const { record } = await a.command(entry('db'), { type: 'reset' })
      await bench.passTime(23 * 3_600_000)
      expect(await everything(b)).toHaveLength(1)
      await bench.passTime(3 * 3_600_000)
      expect(await everything(b)).toEqual([])
      const stranger = await c.command(entry('db'), { type: 'trip' })
      expect(stranger.record.version).toBe(record.version + 1)
      expect(await a.report([saw('db', 0, 1, { view: record })])).toMatchObject([{ record: { state: 'open' } }])
    })

    it('an older view changes nothing, and the answer has the newer record', async () => {
      const opened = await open(a, b, 'db')
      await a.command(entry('db'), { type: 'reset' })
      const [answer] = await c.report([saw('db', 0, 1, { view: opened })])
      expect(answer).toMatchObject({ isRepaired: false, record: { state: 'closed', version: 2 } })
    })

    it('of two records of one version, as after a split, the stricter holds, whoever calls first', async () => {
      const opened = await open(a, b, 'db')
      const lock: FleetRecord = { ...opened, state: 'forcedOpen', remainingMs: 0, reason: 'isolated', writer: 'z' }
      expect(await c.report([saw('db', 0, 1, { view: lock })])).toMatchObject([
        { record: { state: 'forcedOpen', version: 1 } },
      ])
      expect(await a.report([saw('db', 0, 1, { view: opened })])).toMatchObject([{ record: { state: 'forcedOpen' } }])
    })

    it('a view with a version that nobody could have reached is refused, and counted', async () => {
      const opened = await open(a, b, 'db')
      const poisoned: FleetRecord = { ...opened, state: 'forcedOpen', remainingMs: 0, version: 2 ** 20 + 2 }
      expect(await c.report([saw('db', 0, 1, { view: poisoned })])).toMatchObject([
        { isViewRefused: true, isRepaired: false, record: { state: 'open', version: 1 } },
      ])
      expect(c.figures()).toMatchObject({ refused: 1, repaired: 0 })
      const believed = { ...poisoned, version: 2 ** 20 + 1 }
      expect(await c.report([saw('db', 0, 1, { view: believed })])).toMatchObject([
        { isViewRefused: false, isRepaired: true },
      ])
    })

    it('a view that would keep it open for longer than the rules allow is cut to what they allow', async () => {
      const long = { ...NO_RECORD, state: 'open', version: 3, openMs: 1e11, remainingMs: 1e11, writer: 'x' } as const
      const [answer] = await a.report([saw('db', 0, 1, { view: long })])
      expect(answer?.record).toMatchObject({ openMs: 4 * OPEN })
      expect(answer?.record.remainingMs).toBeLessThanOrEqual(4 * OPEN)
    })

    it('its clock set back by an hour: open for one more open time, not for an hour (I7)', async () => {
      await open(a, b, 'db')
      await bench.shiftClock(-3_600_000)
      expect((await c.acquire(entry('db'), 'token')).retryAfterMs).toBeLessThanOrEqual(OPEN)
      await bench.passTime(OPEN + 1)
      expect(await c.acquire(entry('db'), 'token')).toMatchObject({ isGranted: true })
    })

    it('its clock set back while a probe is under way: the lease is free after the lease time (I7, I10)', async () => {
      await due('db')
      await a.acquire(entry('db'), 'dead')
      await bench.shiftClock(-3_600_000)
      expect(await b.acquire(entry('db'), 'next')).toMatchObject({ isGranted: true })
    })

    it('its clock set forward by an hour: probed at once, by as many as may, and the dead are not alive (I4, I7)', async () => {
      await open(a, b, 'db')
      await a.poll(nobody)
      await bench.shiftClock(3_600_000)
      expect(await b.poll(nobody)).toMatchObject({ live: 1 })
      expect(await b.acquire(entry('db'), 'one')).toMatchObject({ isGranted: true })
      expect(await c.acquire(entry('db'), 'two')).toMatchObject({ isGranted: false })
    })

    it('processes with other rules: each decide among themselves, and are told that there are others', async () => {
      const other = rulesWith({ minimumCalls: 20 })
      await open(a, b, 'db')
      expect(await c.report([saw('db', 1, 10, { rules: other })])).toMatchObject([
        { hasOtherRules: true, record: { state: 'closed', version: 0 } },
      ])
      expect(await a.report([saw('db', 1, 10)])).toMatchObject([{ hasOtherRules: true, record: { state: 'open' } }])
      expect(await a.report([saw('db', 1, 10)])).toMatchObject([{ hasOtherRules: false }])
      const { changes } = await c.poll({ cursor: null, entries: [entry('db', null, other)] })
      const told = changes.map(({ record, hasOtherRules }) => `${record.state}, others: ${hasOtherRules}`)
      expect(told.toSorted()).toEqual(['closed, others: true', 'open, others: false'])
      expect(new Set(changes.map(({ rules }) => rules)).size).toBe(2)
    })

    it.each([
      ['of any characters', 'GET /items/{id}?q=ü 🙂 \n "x"'],
      ['of another kind', '__proto__'],
      ['that is empty', ''],
      ['of 10,000 characters', 'x'.repeat(10_000)],
      ['that is half a surrogate pair', '\ud83d'],
    ])('a name %s', async (_, name) => {
      const { version } = await open(a, b, name)
      expect(version).toBe(1)
      const [change] = await everything(c)
      expect(change?.endpoint.length).toBeLessThan(130)
      expect(await c.report([saw(name, 0, 1)])).toMatchObject([{ endpoint: change?.endpoint, record: { version: 1 } }])
      expect(await c.report([saw(`${name}!`, 0, 1)])).toEqual([])
    })
  })
}
