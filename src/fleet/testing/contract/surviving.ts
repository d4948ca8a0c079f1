// Part of the contract of a fleet's store. What a fleet survives: loss of data, views that lie, other rules, names of any kind.
import { type FleetRecord, NO_RECORD, sharedName } from '../../index.ts'
import { agree, between } from '../agree.ts'
import type { Clause } from '../fleet-under-test.ts'
import { entry, everything, OPEN, open, recordOf, rulesWith, saw } from '../requests.ts'

const NAMES: readonly [what: string, name: string][] = [
  ['of any characters', 'GET /items/{id}?q=ü 🙂 \n "x"'],
  ['of another kind', '__proto__'],
  ['that is empty', ''],
  ['of 10,000 characters', 'x'.repeat(10_000)],
  ['that is half a surrogate pair', '\ud83d'],
]

export function surviving(it: Clause): void {
  it('loss of all data: the first process that calls brings back what it knows, versions never go back (I5)', async ({
    a,
    b,
    c,
    loseData,
  }) => {
    const record = await open(a, b, 'db')
    const lock = (await a.command(entry('mail'), { type: 'isolate', message: 'fire' })).record
    await loseData()
    const known = [entry('db', record), entry('mail', lock), entry('cache', NO_RECORD)]
    const { changes } = await c.poll({ cursor: null, entries: known })
    const told = changes.map(({ endpoint, isRepaired }) => `${endpoint} ${isRepaired}`)
    agree('what a poll that brings its views has repaired', told.toSorted(), ['db true', 'mail true'])
    agree('the figures', c.figures(), { repaired: 2 })
    agree('the isolated one for others', await recordOf(a, 'mail'), lock)
    const expected = { ...record, remainingMs: between(OPEN - 10_000, OPEN) }
    agree('the open one for others', await recordOf(a, 'db'), expected)
    const next = await a.command(entry('db', record), { type: 'reset' })
    agree('the next change', next.record, { version: record.version + 1 })
  })

  it('every request brings the view along: a report, a lease, a result and a command repair, too', async ({
    a,
    b,
    loseData,
  }) => {
    const opened = await open(a, b, 'db')
    await loseData()
    const repaired = { isRepaired: true, record: { version: 1 } }
    agree('a report', await a.report([saw('db', 0, 5, { view: opened })]), [repaired])
    await loseData()
    agree('a lease', await a.acquire(entry('db', opened), 'token'), { isGranted: false, change: repaired })
    await loseData()
    const halfOpen = { state: 'halfOpen', version: 2 }
    const grant = await a.acquire(entry('db', { ...opened, remainingMs: 0 }), 'token')
    agree('a lease when the open time is over', grant, { isGranted: true, change: { record: halfOpen } })
    await loseData()
    const result = { version: 2, token: 'token', isSuccess: true }
    agree('a result', await a.complete(entry('db', grant.change.record), result), {
      ...{ isAccepted: false, change: { isRepaired: true, record: halfOpen } },
    })
    await loseData()
    const view: FleetRecord = { ...opened, state: 'disabled', version: 8, remainingMs: 0 }
    agree('a command', await a.command(entry('db', view), { type: 'enable' }), {
      record: { state: 'closed', version: 9 },
    })
  })

  it('what has been closed for a day is forgotten, and its versions are not given again (I5, I14)', async ({
    a,
    b,
    c,
    passTime,
  }) => {
    await open(a, b, 'db')
    const { record } = await a.command(entry('db'), { type: 'reset' })
    await passTime(23 * 3_600_000)
    agree('everything after 23 hours', await everything(b), [{ endpoint: 'db' }])
    await passTime(3 * 3_600_000)
    agree('everything after 26 hours', await everything(b), [])
    const stranger = await c.command(entry('db'), { type: 'trip' })
    agree('the next version', stranger.record, { version: record.version + 1 })
    const answer = await a.report([saw('db', 0, 1, { view: record })])
    agree('what a process gets that remembers the version before', answer, [{ record: { state: 'open' } }])
  })

  it('an older view changes nothing, and the answer has the newer record', async ({ a, b, c }) => {
    const opened = await open(a, b, 'db')
    await a.command(entry('db'), { type: 'reset' })
    const answer = await c.report([saw('db', 0, 1, { view: opened })])
    agree('the answer', answer, [{ isRepaired: false, record: { state: 'closed', version: 2 } }])
  })

  it('of two records of one version, as after a split, the stricter holds, whoever calls first', async ({
    a,
    b,
    c,
  }) => {
    const opened = await open(a, b, 'db')
    const lock: FleetRecord = { ...opened, state: 'forcedOpen', remainingMs: 0, reason: 'isolated', writer: 'z' }
    const expected = [{ record: { state: 'forcedOpen', version: 1 } }]
    agree('a report with the stricter one', await c.report([saw('db', 0, 1, { view: lock })]), expected)
    agree('one with the other', await a.report([saw('db', 0, 1, { view: opened })]), expected)
  })

  it('a view with a version that nobody could have reached is refused, and counted', async ({ a, b, c }) => {
    const opened = await open(a, b, 'db')
    const poisoned: FleetRecord = { ...opened, state: 'forcedOpen', remainingMs: 0, version: 2 ** 20 + 2 }
    const refused = { isViewRefused: true, isRepaired: false, record: { state: 'open', version: 1 } }
    agree('a report with it', await c.report([saw('db', 0, 1, { view: poisoned })]), [refused])
    agree('the figures', c.figures(), { refused: 1, repaired: 0 })
    const view = { ...poisoned, version: 2 ** 20 + 1 }
    const believed = { isViewRefused: false, isRepaired: true }
    agree('one with the highest that can be believed', await c.report([saw('db', 0, 1, { view })]), [believed])
  })

  it('a view that would keep it open for longer than the rules allow is cut to what they allow', async ({ a }) => {
    const long = { ...NO_RECORD, state: 'open', version: 3, openMs: 1e11, remainingMs: 1e11, writer: 'x' } as const
    const answer = await a.report([saw('db', 0, 1, { view: long })])
    agree('the answer', answer, [{ record: { openMs: 4 * OPEN, remainingMs: between(0, 4 * OPEN) } }])
  })

  it('processes with other rules: each group decides for itself, and learns that there are others', async ({
    a,
    b,
    c,
  }) => {
    const other = rulesWith({ minimumCalls: 20 })
    await open(a, b, 'db')
    agree('a report under other rules', await c.report([saw('db', 1, 10, { rules: other })]), [
      { hasOtherRules: true, record: { state: 'closed', version: 0 } },
    ])
    agree('the next under the first', await a.report([saw('db', 1, 10)]), [
      { hasOtherRules: true, record: { state: 'open' } },
    ])
    agree('one more', await a.report([saw('db', 1, 10)]), [{ hasOtherRules: false }])
    const { changes } = await c.poll({ cursor: null, entries: [entry('db', null, other)] })
    const told = changes.map(({ record, hasOtherRules }) => `${record.state}, others: ${hasOtherRules}`)
    agree('a poll of everything', told.toSorted(), ['closed, others: true', 'open, others: false'])
    agree('the digests of rules in it', new Set(changes.map(({ rules }) => rules)).size, 2)
  })

  it('names of any kind', async ({ a, b, c }) => {
    for (const [what, name] of NAMES) {
      const { version } = await open(a, b, name)
      agree(`the version of a name ${what}`, version, 1)
      const shared = sharedName(name)
      const known = (await everything(c)).map(({ endpoint }) => endpoint)
      agree(`whether a name ${what} is known as its sharedName`, known.includes(shared), true)
      const answer = await c.report([saw(name, 0, 1)])
      agree(`the answer to a report of a name ${what}`, answer, [{ endpoint: shared, record: { version: 1 } }])
      agree(`the answer for a name almost ${what}`, await c.report([saw(`${name}!`, 0, 1)]), [])
    }
  })
}
