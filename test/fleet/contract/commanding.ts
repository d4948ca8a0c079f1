// Part of the contract of a fleet's store. What operators say to a whole fleet.
import { describe, expect, it } from 'vitest'
import { entry, OPEN, saw } from '../support/rules.ts'
import { a, b, c, recordOf } from './under-test.ts'

export function commanding(): void {
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
}
