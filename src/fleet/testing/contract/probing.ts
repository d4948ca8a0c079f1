// Part of the contract of a fleet's store. How a fleet probes: leases, their tokens, and what results do.
import { type FleetLink, NO_RECORD } from '../../index.ts'
import { agree, between } from '../agree.ts'
import type { Clause } from '../fleet-under-test.ts'
import { due, entry, OPEN, open, recordOf, rulesWith } from '../requests.ts'

const granted = { isGranted: true }
const notGranted = { isGranted: false }
const accepted = { isAccepted: true }
const notAccepted = { isAccepted: false }

export function probing(it: Clause): void {
  it('gives no lease while the open time lasts, and says how long that is', async ({ a, b, c, passTime }) => {
    await open(a, b, 'db')
    await passTime(OPEN / 2)
    agree('a lease after half of the open time', await c.acquire(entry('db'), 'token'), {
      ...{ isGranted: false, leaseMs: 0, change: { record: { state: 'open', version: 1 } } },
      retryAfterMs: between(OPEN / 2 - 5_000, OPEN / 2),
    })
  })

  it('of 64 that ask at once, exactly as many get a lease as there may be probes (I4)', async (fleet) => {
    const { a, b, c } = fleet
    for (const max of [1, 3]) {
      const rules = rulesWith({ halfOpenMaxCalls: max })
      await due(fleet, `db-${max}`, rules)
      const asking = Array.from({ length: 64 }, (_, i) =>
        ([a, b, c][i % 3] as FleetLink).acquire(entry(`db-${max}`, null, rules), `token-${i}`),
      )
      const grants = await Promise.all(asking)
      agree('how many leases were granted', grants.filter(({ isGranted }) => isGranted).length, max)
      const record = { state: 'halfOpen', version: 2 }
      for (const { isGranted, leaseMs, retryAfterMs, change } of grants) {
        agree('what each process gets', change, { record })
        agree('how long the lease holds, or is waited for', isGranted ? leaseMs : retryAfterMs, between(20_000, 30_000))
      }
    }
  })

  it('any process can take it from open to closed, not only the one that opened it (I11)', async (fleet) => {
    await due(fleet, 'db')
    for (const [link, token] of [
      [fleet.c, 'one'],
      [fleet.b, 'two'],
    ] as const) {
      const grant = await link.acquire(entry('db'), token)
      agree('the lease of a process', grant, granted)
      const { version } = grant.change.record
      agree('its success', await link.complete(entry('db'), { version, token, isSuccess: true }), accepted)
    }
    const expected = { state: 'closed', version: 3, reason: 'probeSuccesses', openings: 0 }
    agree('the record after two successes', await recordOf(fleet.a, 'db'), expected)
  })

  it('a probe that fails opens it again, for longer', async (fleet) => {
    const { c, passTime } = fleet
    await due(fleet, 'db')
    for (const [version, openMs] of [
      [2, 2 * OPEN],
      [4, 4 * OPEN],
      [6, 4 * OPEN],
    ] as const) {
      const token = `token-${version}`
      await c.acquire(entry('db'), token)
      const { change } = await c.complete(entry('db'), { version, token, isSuccess: false })
      const expected = {
        state: 'open',
        version: version + 1,
        openMs,
        openings: version / 2 + 1,
        reason: 'probeFailures',
      }
      agree('the record after a failure', change.record, expected)
      await passTime(openMs + 1)
    }
  })

  it('a result that comes twice, with another token, or of an earlier version changes nothing (I9)', async (fleet) => {
    const { a, c } = fleet
    const rules = rulesWith({ successThreshold: 3 })
    const shared = entry('db', null, rules)
    await due(fleet, 'db', rules)
    await c.acquire(shared, 'one')
    const one = { version: 2, token: 'one', isSuccess: true }
    const other = await a.complete(shared, { ...one, token: 'other', isSuccess: false })
    agree('a result with another token', other, notAccepted)
    const earlier = await a.complete(shared, { ...one, version: 1, isSuccess: false })
    agree('a result of an earlier version', earlier, notAccepted)
    agree('the result', await c.complete(shared, one), accepted)
    for (let i = 0; i < 3; i++) agree('the result once more', await c.complete(shared, one), notAccepted)
    agree('the record', await recordOf(a, 'db'), { state: 'halfOpen', version: 2 })
  })

  it('the lease of a process that died is free after the lease time, and its late result counts for nothing (I10)', async (fleet) => {
    const { a, b, c, passTime } = fleet
    await due(fleet, 'db')
    await a.acquire(entry('db'), 'dead')
    agree('a second lease', await b.acquire(entry('db'), 'next'), notGranted)
    await passTime(31_000)
    agree('a second lease after the first has ended', await b.acquire(entry('db'), 'next'), granted)
    const late = await a.complete(entry('db'), { version: 2, token: 'dead', isSuccess: false })
    agree('the result of the first', late, notAccepted)
    agree('the record', await recordOf(c, 'db'), { state: 'halfOpen' })
  })

  it('a request that is sent twice has one lease', async (fleet) => {
    const { a, b } = fleet
    await due(fleet, 'db')
    agree('the first', await a.acquire(entry('db'), 'mine'), granted)
    agree('the same once more', await a.acquire(entry('db'), 'mine'), granted)
    agree('another one', await b.acquire(entry('db'), 'other'), notGranted)
  })

  it('nothing is to be probed while it is closed', async ({ a }) => {
    agree('a lease', await a.acquire(entry('db'), 'token'), { isGranted: false, retryAfterMs: 0 })
    agree('the record', await recordOf(a, 'db'), NO_RECORD)
  })
}
