// Part of the contract of a fleet's store. When a fleet opens: the rate, the quorum, the window.
import { NO_RECORD } from '../../index.ts'
import { agree, between } from '../agree.ts'
import type { Clause } from '../fleet-under-test.ts'
import { nobody, OPEN, open, recordOf, rulesWith, SLOT, saw } from '../requests.ts'

const opened = (record: object) => [{ record: { state: 'open', ...record } }]

export function opening(it: Clause): void {
  it('one process that sees every call fail opens nothing for the others, however many calls it makes (I8)', async ({
    a,
    b,
    c,
  }) => {
    for (let i = 0; i < 5; i++) agree('a report below the quorum', await a.report([saw('db', 1_000, 1_000)]), [])
    await b.report([saw('db', 0, 10)])
    await c.report([saw('db', 1, 10)])
    agree('the record', await recordOf(a, 'db'), NO_RECORD)
  })

  it('two processes that see it fail open it, for as long as the rules say, and the record says why', async ({
    a,
    b,
  }) => {
    await a.report([saw('db', 6, 10)])
    const record = {
      ...{ version: 1, openMs: OPEN, remainingMs: between(OPEN - 5_000, OPEN), openings: 1, reason: 'failureRate' },
      ...{ rate: 0.75, calls: 20, reporters: 2, writer: 'b', message: '' },
    }
    agree('the report that reaches rate and quorum', await b.report([saw('db', 9, 10)]), opened(record))
  })

  it('not while the rate of the whole fleet is below the threshold', async ({ a, b, c }) => {
    await c.report([saw('db', 0, 100)])
    await a.report([saw('db', 20, 20)])
    agree('a report after which 40 of 140 failed', await b.report([saw('db', 20, 20)]), [])
    agree('one after which 100 of 200 did', await b.report([saw('db', 60, 60)]), opened({ rate: 0.5, calls: 200 }))
  })

  it('not before the fleet has made the least number of calls', async ({ a, b }) => {
    await a.report([saw('db', 5, 5)])
    agree('a report that makes 9 calls of 10', await b.report([saw('db', 4, 4)]), [])
    agree('the one that makes 10', await b.report([saw('db', 1, 1)]), opened({ calls: 10 }))
  })

  it('a report of calls that all went well is counted, and judged with the next that did not', async ({ a, b, c }) => {
    await a.report([saw('db', 5, 5)])
    await b.report([saw('db', 4, 4)])
    agree('a report of a success', await c.report([saw('db', 0, 1)]), [])
    agree('the next failure', await b.report([saw('db', 1, 1)]), opened({ calls: 11 }))
  })

  it('endpoints of one report are judged each by its own rules', async ({ a, b }) => {
    const strict = rulesWith({ minimumCalls: 4 })
    const reports = [saw('db', 2, 2), saw('mail', 2, 2, { rules: strict }), saw('web', 2, 2)]
    await a.report(reports)
    agree('what has opened', await b.report(reports), [{ endpoint: 'mail', record: { state: 'open' } }])
  })

  it('a process that sees it work again is no reporter any more', async ({ a, b }) => {
    await a.report([saw('db', 3, 3)])
    await a.report([saw('db', 0, 1)])
    await b.report([saw('db', 20, 20)])
    agree('the record, with one reporter left', await recordOf(a, 'db'), NO_RECORD)
  })

  it('a share of the live processes must see it fail, rounded up', async ({ a, b, c }) => {
    const rules = rulesWith({ quorumReporters: 1, quorumShare: 0.6 })
    for (const link of [a, b, c]) await link.poll(nobody)
    await a.report([saw('db', 10, 10, { rules })])
    agree('the record, with one of three', await recordOf(a, 'db'), NO_RECORD)
    agree('the report of the second', await b.report([saw('db', 10, 10, { rules })]), opened({ reporters: 2 }))
  })

  it('slow calls open it where the rules say so', async ({ a, b }) => {
    const rules = rulesWith({ slowRate: 0.8, failureRate: null })
    await a.report([saw('db', 10, 10, { rules, slow: 8 })])
    const changes = await b.report([saw('db', 10, 10, { rules, slow: 8 })])
    agree('the report that reaches the rate', changes, opened({ reason: 'slowCallRate', rate: 0.8 }))
  })

  it('calls leave the window slot by slot', async ({ a, b, passTime }) => {
    await a.report([saw('db', 6, 6)])
    await passTime(12 * SLOT)
    await a.report([saw('db', 2, 2)])
    agree('a report after which 9 calls are in the window', await b.report([saw('db', 7, 7)]), [])
    await passTime(5 * SLOT)
    agree('half a window later, one that makes 10', await b.report([saw('db', 1, 1)]), opened({ calls: 10 }))
  })

  it('what is reported while it is open counts for nothing', async ({ a, b, c }) => {
    const { version } = await open(a, b, 'db')
    agree('a report while it is open', await c.report([saw('db', 50, 50)]), opened({ version }))
  })

  it('many endpoints can be reported at once, and only those are answered of which there is news', async ({ a, b }) => {
    const names = Array.from({ length: 450 }, (_, i) => `db-${i}`)
    agree('450 reports below the quorum', await a.report(names.map((name) => saw(name, 10, 10))), [])
    const changes = await b.report(names.map((name, i) => saw(name, i % 100 === 0 ? 10 : 0, 10)))
    const expected = ['db-0', 'db-100', 'db-200', 'db-300', 'db-400']
    agree(
      'the endpoints that have opened',
      changes.map(({ endpoint }) => endpoint),
      expected,
    )
  })
}
