// Part of the contract of a fleet's store. What no store takes.
import { describe, expect, it } from 'vitest'
import { entry, rulesWith, saw } from '../support/rules.ts'
import { a, bench, c } from './under-test.ts'

export function refusing(): void {
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
      expect(() => bench.store.join({ namespace: 'a b', instance: 'a' })).toThrow('namespace: expected 1 to 64 letters')
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
}
