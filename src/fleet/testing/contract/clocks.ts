// Part of the contract of a fleet's store. What a fleet survives when the clock of its store is set.
import { agree, between } from '../agree.ts'
import type { Clause } from '../fleet-under-test.ts'
import { due, entry, nobody, OPEN, open } from '../requests.ts'

const HOUR = 3_600_000
const granted = { isGranted: true }

export function clocks(it: Clause): void {
  it('its clock set back by an hour: open for one more open time, not for an hour (I7)', async ({
    a,
    b,
    c,
    passTime,
    shiftClock,
  }) => {
    await open(a, b, 'db')
    await shiftClock(-HOUR)
    const grant = await c.acquire(entry('db'), 'token')
    agree('a lease', grant, { isGranted: false, retryAfterMs: between(1, OPEN) })
    await passTime(OPEN + 1)
    agree('a lease one open time later', await c.acquire(entry('db'), 'token'), granted)
  })

  it('its clock set back while a probe is under way: the lease is free after the lease time (I7, I10)', async (fleet) => {
    const { a, b, shiftClock } = fleet
    await due(fleet, 'db')
    await a.acquire(entry('db'), 'dead')
    await shiftClock(-HOUR)
    agree('another lease', await b.acquire(entry('db'), 'next'), granted)
  })

  it('its clock set forward by an hour: probed at once, by as many as may, and the dead are not alive (I4, I7)', async ({
    a,
    b,
    c,
    shiftClock,
  }) => {
    await open(a, b, 'db')
    await a.poll(nobody)
    await shiftClock(HOUR)
    agree('a poll of one process', await b.poll(nobody), { live: 1 })
    agree('a lease', await b.acquire(entry('db'), 'one'), granted)
    agree('another lease', await c.acquire(entry('db'), 'two'), { isGranted: false })
  })
}
