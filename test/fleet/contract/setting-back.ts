// Beyond the contract: the clock of a store is set back by an hour. What it has written down lies in the future, and must
// neither last for that hour nor come to life when the hour is over.
import { expect } from 'vitest'
import { NO_RECORD } from '../../../src/fleet/record.ts'
import type { Clause } from '../../../src/fleet/testing/fleet-under-test.ts'
import {
  due,
  entry,
  everything,
  nobody,
  OPEN,
  open,
  recordOf,
  rulesWith,
  SLOT,
  saw,
} from '../../../src/fleet/testing/requests.ts'

const HOUR = 3_600_000

export function settingBack(it: Clause): void {
  it('tells of an open endpoint that it is open for no longer than it opens, however it is asked (I7)', async (fleet) => {
    const { a, b, c, shiftClock } = fleet
    await open(a, b, 'db')
    await shiftClock(-HOUR)
    const polled = (await everything(c)).map(({ record }) => record)
    const [reported] = await a.report([saw('db', 0, 1)])
    const { change } = await b.acquire(entry('db'), 'token')
    for (const record of [...polled, reported?.record, change.record]) {
      expect(record).toMatchObject({ state: 'open', version: 1, openMs: OPEN })
      expect(record?.remainingMs).toBeLessThanOrEqual(OPEN)
    }
  })

  it('counts as alive who polls from now on, and nobody when the hour is over (I7)', async (fleet) => {
    const { a, b, passTime, shiftClock } = fleet
    for (const link of [a, b]) await link.poll(nobody)
    await shiftClock(-HOUR)
    expect(await a.poll(nobody)).toMatchObject({ live: 1 })
    await passTime(HOUR)
    expect(await a.poll(nobody)).toMatchObject({ live: 1 })
  })

  it('counts as alive who polls from now on, however little it was set back (I7)', async (fleet) => {
    const { a, b, shiftClock } = fleet
    // Not only where another ten seconds have begun, in which all are looked through.
    for (let time = 0; time < 5; time++) {
      for (const link of [a, b]) await link.poll(nobody)
      await shiftClock(-500)
      expect(await a.poll(nobody)).toMatchObject({ live: 1 })
    }
  })

  it('asks no share of processes that are alive in the future to agree (I8)', async (fleet) => {
    const { a, b, c, shiftClock } = fleet
    const rules = rulesWith({ quorumReporters: 1, quorumShare: 0.6 })
    for (const link of [a, b, c]) await link.poll(nobody)
    await shiftClock(-HOUR)
    expect(await a.report([saw('db', 10, 10, { rules })])).toMatchObject([{ record: { state: 'open' } }])
  })

  it('counts no calls of the future (I8)', async (fleet) => {
    const { a, b, shiftClock } = fleet
    const rules = rulesWith({ quorumReporters: 1 })
    await a.report([saw('db', 9, 9, { rules })])
    await shiftClock(-5 * SLOT)
    expect(await b.report([saw('db', 1, 1, { rules })])).toEqual([])
    expect(await b.report([saw('db', 9, 9, { rules })])).toMatchObject([{ record: { state: 'open', calls: 10 } }])
  })

  it('has no reporters of the future: one process alone opens nothing (I8)', async (fleet) => {
    const { a, b, c, shiftClock } = fleet
    await a.report([saw('db', 10, 10)])
    await shiftClock(-HOUR)
    expect(await b.report([saw('db', 20, 20)])).toEqual([])
    expect(await recordOf(c, 'db')).toEqual(NO_RECORD)
  })

  it('believes no result under a lease of the future (I10)', async (fleet) => {
    const { a, c, shiftClock } = fleet
    await due(fleet, 'db')
    await a.acquire(entry('db'), 'token')
    await shiftClock(-HOUR)
    const result = { version: 2, token: 'token', isSuccess: false }
    expect(await a.complete(entry('db'), result)).toMatchObject({ isAccepted: false })
    expect(await recordOf(c, 'db')).toMatchObject({ state: 'halfOpen', version: 2 })
  })
}
