// Part of the contract of a fleet's store. Commands of operators to a whole fleet.
import { agree } from '../agree.ts'
import type { Clause } from '../fleet-under-test.ts'
import { entry, OPEN, recordOf, saw } from '../requests.ts'

const COMMANDS = [
  ...([
    ['enable', 'closed 0'],
    ['reset', 'closed 0'],
    ['probe', 'closed 0'],
  ] as const),
  ...([
    ['trip', 'open 1'],
    ['trip', 'open 1'],
    ['probe', 'halfOpen 2'],
    ['reset', 'closed 3'],
  ] as const),
  ...([
    ['isolate', 'forcedOpen 4'],
    ['isolate', 'forcedOpen 4'],
    ['disable', 'disabled 5'],
    ['enable', 'closed 6'],
  ] as const),
] as const

export function commanding(it: Clause): void {
  it('each command moves the version once, and does nothing where there is nothing to do', async ({ a }) => {
    for (const [type, expected] of COMMANDS) {
      const { record } = await a.command(entry('db'), { type })
      agree(`state and version after ${type}`, `${record.state} ${record.version}`, expected)
    }
  })

  it('a trip lasts as long as they say, at most the longest open time of the rules', async ({ a }) => {
    const said = await a.command(entry('db'), { type: 'trip', openForMs: 5_000, message: 'a\nb' })
    agree('a trip of 5 s, with its message in one line', said.record, { openMs: 5_000, message: 'a b', writer: 'a' })
    const longest = await a.command(entry('mail'), { type: 'trip', openForMs: 1e9 })
    agree('a trip that is cut to maxOpenMs', longest.record, { openMs: 4 * OPEN })
  })

  it('an endpoint that is isolated or disabled is not opened by failures', async ({ a, b, c }) => {
    for (const type of ['isolate', 'disable'] as const) {
      await a.command(entry('db'), { type })
      for (const link of [a, b, c]) await link.report([saw('db', 50, 50)])
    }
    agree('the record after failures', await recordOf(a, 'db'), { state: 'disabled', version: 2 })
  })

  it('a reset forgets what was counted', async ({ a, b }) => {
    await a.report([saw('db', 50, 50)])
    await a.command(entry('db'), { type: 'reset' })
    agree('a report of 9 calls after the reset', await b.report([saw('db', 9, 9)]), [])
  })
}
