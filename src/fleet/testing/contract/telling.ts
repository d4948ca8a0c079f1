// Part of the contract of a fleet's store. What a fleet reports to its processes: polls, pushes, who is alive, what is
// suspect.
import type { FleetChange } from '../../index.ts'
import { agree, within } from '../agree.ts'
import type { Clause } from '../fleet-under-test.ts'
import { entry, nobody, open, SLOT, saw } from '../requests.ts'
import { LONGEST_WAIT_MS } from '../story.ts'

export function telling(it: Clause): void {
  it('a poll of everything, then only of what changed since, each endpoint once and as it is now', async ({
    a,
    b,
    c,
  }) => {
    await open(a, b, 'db')
    const first = await c.poll(nobody)
    agree('a poll of everything', first, { changes: [{ endpoint: 'db', record: { state: 'open' } }] })
    const { cursor } = first
    agree('a poll when nothing has changed', await c.poll({ cursor, entries: [] }), { changes: [], cursor })
    await a.command(entry('db'), { type: 'reset' })
    await a.command(entry('db'), { type: 'isolate' })
    await a.command(entry('mail'), { type: 'trip' })
    const second = await c.poll({ cursor, entries: [] })
    agree('a poll after two endpoints have changed', second.changes, [
      { endpoint: 'db', record: { state: 'forcedOpen', version: 3 } },
      { endpoint: 'mail', record: { state: 'open', version: 1 } },
    ])
    agree('the next poll', await c.poll({ cursor: second.cursor, entries: [] }), { changes: [] })
  })

  it('an unknown cursor is answered by null: everything has to be asked for', async ({ a, b, c, loseData }) => {
    await open(a, b, 'db')
    const { cursor } = await c.poll(nobody)
    await loseData()
    const expected = { cursor: null, changes: [] }
    agree('a poll since a time that is lost', await c.poll({ cursor, entries: [] }), expected)
    await open(a, b, 'db')
    agree('the same poll after other changes', await c.poll({ cursor, entries: [] }), expected)
  })

  it('every change is pushed to every process, those of one request together and in order of version', async ({
    a,
    b,
    c,
  }) => {
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
    await within(LONGEST_WAIT_MS, enough, 'three pushes, to a process that asked for nothing, did not come')
    end()
    agree('what was pushed', pushed, [
      [
        { endpoint: 'db', record: { version: 1 } },
        { endpoint: 'mail', record: { version: 1 } },
      ],
      [{ endpoint: 'db', record: { version: 2 } }],
      [{ endpoint: 'db', record: { version: 3, state: 'open', reason: 'tripped', message: 'maintenance' } }],
    ])
    agree('the figures', c.figures(), { pushed: 4, pushError: null })
  })

  it('how many processes are alive: those that polled lately', async ({ a, b, c, passTime }) => {
    agree('the first poll', await a.poll(nobody), { live: 1 })
    agree('that of the second process', await b.poll(nobody), { live: 2 })
    await passTime(4_000)
    agree('4 s later', await b.poll(nobody), { live: 2 })
    await passTime(2_000)
    agree('6 s after the poll of the first', await b.poll(nobody), { live: 1 })
    agree('that of the third', await c.poll(nobody), { live: 2 })
    await c.close()
    agree('after the third has left', await b.poll(nobody), { live: 1 })
  })

  it('endpoints with failures are suspects while the failures are in the window', async ({ a, b, passTime }) => {
    await a.report([saw('db', 1, 100), saw('mail', 0, 100)])
    agree('a poll after a failure', await b.poll(nobody), { suspects: [{ endpoint: 'db' }] })
    await passTime(10 * SLOT + 1)
    agree('a poll a window later', await b.poll(nobody), { suspects: [] })
  })
}
