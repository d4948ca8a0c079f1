// Part of the contract of a fleet's store. What a fleet tells its processes: polls, pushes, who is alive, what is suspect.
import { describe, expect, it } from 'vitest'
import type { FleetChange } from '../../../src/fleet/record.ts'
import { entry, open, SLOT, saw } from '../support/rules.ts'
import { a, b, bench, c, nobody } from './under-test.ts'

export function telling(): void {
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
      expect(pushed.map((changes) => changes.map(({ endpoint, record }) => `${endpoint} ${record.version}`))).toEqual([
        ['db 1', 'mail 1'],
        ['db 2'],
        ['db 3'],
      ])
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
}
