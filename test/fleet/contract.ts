// What every store of a fleet must do, told once; memory-store.test.ts, redis-store.test.ts and ioredis-store.test.ts run it.
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { FleetChange, FleetRecord } from '../../src/fleet/record.ts'
import { NO_RECORD } from '../../src/fleet/record.ts'
import type { FleetLink, FleetStore } from '../../src/fleet/store.ts'
import type { Need } from '../support/needs.ts'
import { entry, OPEN, open, rulesWith, SLOT, saw } from './support/rules.ts'

/** A store with what tests do to it. */
export interface StoreUnderTest {
  readonly store: FleetStore
  /** Time passes for the store and for all of its processes. */
  passTime(ms: number): Promise<void>
  /** The store's clock alone is set. */
  shiftClock(ms: number): Promise<void>
  loseData(): Promise<void>
  close(): Promise<void>
}

/** Settles once the link has a connection. */
export async function ready(link: FleetLink): Promise<void> {
  let end = () => {}
  await new Promise<void>((resolve) => {
    end = link.subscribe({ onReady: resolve, onChanges: () => {}, onLost: () => {} })
  })
  end()
}

/** `need`: the program that the store is, if it is one. */
export function describeStore(name: string, start: () => Promise<StoreUnderTest>, need?: Need): void {
  describe(`a fleet in ${name}`, () => {
    let bench: StoreUnderTest
    let a: FleetLink
    let b: FleetLink
    let c: FleetLink
    let fleets = 0

    beforeAll(async () => {
      if (need?.path === null) return
      bench = await start()
      return () => bench.close()
    })
    beforeEach(async (context) => {
      if (need?.path === null) return context.skip(need.missing)
      const namespace = `fleet-${fleets++}`
      const links = ['a', 'b', 'c'].map((instance) => bench.store.join({ namespace, instance }))
      await Promise.all(links.map(ready))
      ;[a, b, c] = links as [FleetLink, FleetLink, FleetLink]
      return async () => {
        await Promise.all(links.map((link) => link.close()))
      }
    })
    const nobody = { cursor: null, entries: [] }
    const everything = async (link: FleetLink) => (await link.poll(nobody)).changes
    const recordOf = async (link: FleetLink, endpoint: string): Promise<FleetRecord> => {
      return (await everything(link)).find((change) => change.endpoint === endpoint)?.record ?? NO_RECORD
    }
    const due = async (endpoint: string, rules = rulesWith()) => {
      const record = await open(a, b, endpoint, rules)
      await bench.passTime(record.openMs + 1)
      return record
    }

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

    describe('tells', () => {
      it('a poll of everything, then only of what changed since, each endpoint once and as it is now', async () => {
        await open(a, b, 'db')
        const first = await c.poll(nobody)
        expect(first).toMatchObject({ changes: [{ endpoint: 'db', record: { state: 'open' } }] })
        expect(await c.poll({ cursor: first.cursor, entries: [] })).toMatchObject({ changes: [], cursor: first.cursor })
        await a.command(entry('db'), { type: 'reset' })
        await a.command(entry('db'), { type: 'isolate' })
        await a.command(entry('mail'), { type: 'trip' })
        const second = await c.poll({ cursor: first.cursor, entries: [] })
        expect(second.changes.map(({ endpoint, record }) => [endpoint, record.state, record.version])).toEqual([
          ['db', 'forcedOpen', 3],
          ['mail', 'open', 1],
        ])
        expect(await c.poll({ cursor: second.cursor, entries: [] })).toMatchObject({ changes: [] })
      })

      it('an unknown cursor is answered by null: everything has to be asked for', async () => {
        await open(a, b, 'db')
        const { cursor } = await c.poll(nobody)
        await bench.loseData()
        expect(await c.poll({ cursor, entries: [] })).toMatchObject({ cursor: null, changes: [] })
        await open(a, b, 'db')
        expect(await c.poll({ cursor, entries: [] })).toMatchObject({ cursor: null, changes: [] })
      })

      it('every change is pushed to every process, those of one request together and in order of version', async () => {
        const pushed: (readonly FleetChange[])[] = []
        let end = () => {}
        const enough = new Promise<void>((resolve) => {
          const onChanges = (changes: readonly FleetChange[]) => {
            if (pushed.push(changes) === 3) resolve()
          }
          end = c.subscribe({ onChanges, onReady: () => {}, onLost: () => {} })
        })
        await a.report([saw('db', 10, 10), saw('mail', 10, 10)])
        await b.report([saw('db', 10, 10), saw('mail', 10, 10)])
        await b.command(entry('db'), { type: 'reset' })
        await b.command(entry('db'), { type: 'trip', message: 'maintenance' })
        await enough
        end()
        expect(pushed.map((changes) => changes.map(({ endpoint, record }) => `${endpoint} ${record.version}`))).toEqual(
          [['db 1', 'mail 1'], ['db 2'], ['db 3']],
        )
        expect(pushed[2]?.[0]?.record).toMatchObject({ state: 'open', reason: 'tripped', message: 'maintenance' })
        expect(c.figures()).toMatchObject({ pushed: 4, pushError: null })
      })

      it('how many processes are alive: those that polled lately', async () => {
        expect(await a.poll(nobody)).toMatchObject({ live: 1 })
        expect(await b.poll(nobody)).toMatchObject({ live: 2 })
        await bench.passTime(4_000)
        expect(await b.poll(nobody)).toMatchObject({ live: 2 })
        await bench.passTime(2_000)
        expect(await b.poll(nobody)).toMatchObject({ live: 1 })
        expect(await c.poll(nobody)).toMatchObject({ live: 2 })
        await c.close()
        expect(await b.poll(nobody)).toMatchObject({ live: 1 })
      })

      it('endpoints with failures are suspects while the failures are in the window', async () => {
        await a.report([saw('db', 1, 100), saw('mail', 0, 100)])
        expect((await b.poll(nobody)).suspects.map(({ endpoint }) => endpoint)).toEqual(['db'])
        await bench.passTime(10 * SLOT + 1)
        expect(await b.poll(nobody)).toMatchObject({ suspects: [] })
      })
    })

    describe('obeys operators', () => {
      it('each command moves the version once, and does nothing where there is nothing to do', async () => {
        const say = async (type: 'trip' | 'probe' | 'reset' | 'isolate' | 'disable' | 'enable') => {
          const { record } = await a.command(entry('db'), { type })
          return `${record.state} ${record.version}`
        }
        expect(await say('enable')).toBe('closed 0')
        expect(await say('reset')).toBe('closed 0')
        expect(await say('probe')).toBe('closed 0')
        expect(await say('trip')).toBe('open 1')
        expect(await say('trip')).toBe('open 1')
        expect(await say('probe')).toBe('halfOpen 2')
        expect(await say('reset')).toBe('closed 3')
        expect(await say('isolate')).toBe('forcedOpen 4')
        expect(await say('isolate')).toBe('forcedOpen 4')
        expect(await say('disable')).toBe('disabled 5')
        expect(await say('enable')).toBe('closed 6')
      })

      it('a trip lasts as long as they say, at most the longest open time of the rules', async () => {
        const said = await a.command(entry('db'), { type: 'trip', openForMs: 5_000, message: 'a\nb' })
        expect(said.record).toMatchObject({ openMs: 5_000, message: 'a b', writer: 'a' })
        const longest = await a.command(entry('mail'), { type: 'trip', openForMs: 1e9 })
        expect(longest.record.openMs).toBe(4 * OPEN)
      })

      it('an endpoint that is isolated or disabled is not opened by failures', async () => {
        await a.command(entry('db'), { type: 'disable' })
        for (const link of [a, b, c]) await link.report([saw('db', 50, 50)])
        expect(await recordOf(a, 'db')).toMatchObject({ state: 'disabled', version: 1 })
      })

      it('a reset forgets what was counted', async () => {
        await a.report([saw('db', 50, 50)])
        await a.command(entry('db'), { type: 'reset' })
        expect(await b.report([saw('db', 9, 9)])).toEqual([])
      })
    })

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
        expect(await c.report([saw(name, 0, 1)])).toMatchObject([
          { endpoint: change?.endpoint, record: { version: 1 } },
        ])
        expect(await c.report([saw(`${name}!`, 0, 1)])).toEqual([])
      })
    })

    describe('refuses', () => {
      it.each([
        [
          'a negative quorum',
          () => a.report([saw('db', 1, 1, { rules: rulesWith({ quorumReporters: -1 }), isFailing: true })]),
          'rules.quorumReporters: expected a whole number',
        ],
        [
          'more failures than calls',
          () => a.report([saw('db', 2, 1)]),
          'report.failures: expected a whole number from 0 to 1',
        ],
        [
          'an endpoint that is no string',
          () => a.acquire(entry(7 as unknown as string), 'x'),
          'entry.endpoint: expected a string, received 7',
        ],
        ['a token that is no safe name', () => a.acquire(entry('db'), 'a b'), 'token: expected 1 to 64 letters'],
        [
          'an unknown command',
          () => a.command(entry('db'), { type: 'close' as 'reset' }),
          'command.type: expected trip, probe',
        ],
        [
          'an unknown rule',
          () => a.poll({ cursor: null, entries: [entry('db', null, { ...rulesWith(), window: 1 } as never)] }),
          'rules.window: expected one of',
        ],
      ])('%s, as a rejection', async (_, ask, message) => {
        await expect(ask()).rejects.toThrow(message)
      })

      it('a namespace or an instance that would collide with others', () => {
        expect(() => bench.store.join({ namespace: 'a b', instance: 'a' })).toThrow(
          'namespace: expected 1 to 64 letters',
        )
        expect(() => bench.store.join({ namespace: 'a}', instance: 'a' })).toThrow('namespace')
        expect(() => bench.store.join({ namespace: 'a', instance: 'x'.repeat(65) })).toThrow('instance')
        expect(() => bench.store.join({ namespace: 'a', instance: 'a', liveFor: 1 } as never)).toThrow('did you mean')
      })

      it('everything after the link was closed, and closing twice is nothing', async () => {
        await c.close()
        await c.close()
        await expect(c.report([])).rejects.toMatchObject({ code: 'FLEET_STORE_CLOSED' })
        expect(c.figures().isUp).toBe(false)
      })
    })
  })
}
