// Part of the contract of a fleet's store. What every store refuses.
import type { FleetLink } from '../../index.ts'
import { agree, refuses } from '../agree.ts'
import type { Clause } from '../fleet-under-test.ts'
import { entry, rulesWith, saw } from '../requests.ts'

const NONSENSE: readonly [what: string, names: string, ask: (link: FleetLink) => Promise<unknown>][] = [
  [
    'a negative quorum',
    'rules.quorumReporters',
    (a) => a.report([saw('db', 1, 1, { rules: rulesWith({ quorumReporters: -1 }), isFailing: true })]),
  ],
  ['more failures than calls', 'report.failures', (a) => a.report([saw('db', 2, 1)])],
  ['an endpoint that is no string', 'entry.endpoint', (a) => a.acquire(entry(7 as unknown as string), 'x')],
  ['a token that is no safe name', 'token', (a) => a.acquire(entry('db'), 'a b')],
  [
    'a result whose version is no number',
    'result.version',
    (a) => a.complete(entry('db'), { version: Number.NaN, token: 'x', isSuccess: true }),
  ],
  ['an unknown command', 'command.type', (a) => a.command(entry('db'), { type: 'close' as 'reset' })],
  [
    'an unknown rule',
    'rules.window',
    (a) => a.poll({ cursor: null, entries: [entry('db', null, { ...rulesWith(), window: 1 } as never)] }),
  ],
]

const MEMBERS: readonly [member: object, names: string][] = [
  [{ namespace: 'a b', instance: 'a' }, 'namespace'],
  [{ namespace: 'a}', instance: 'a' }, 'namespace'],
  [{ namespace: 'a', instance: 'x'.repeat(65) }, 'instance'],
  [{ namespace: 'a', instance: 'a', liveFor: 1 }, 'liveFor'],
]

export function refusing(it: Clause): void {
  it('requests that make no sense, as a rejection that names what is wrong', async ({ a }) => {
    for (const [what, names, ask] of NONSENSE) {
      const asked = ask(a)
      await refuses(what, () => asked, { code: 'INVALID_ARGUMENT', names })
    }
  })

  it('a namespace or an instance that would collide with others', async ({ store }) => {
    for (const [member, names] of MEMBERS) {
      await refuses(`join(${JSON.stringify(member)})`, () => store.join(member as never), {
        code: 'INVALID_ARGUMENT',
        names,
      })
    }
  })

  it('everything after the link was closed, and closing twice is nothing', async ({ c }) => {
    await c.close()
    await c.close()
    await refuses('a report after close', () => c.report([]), { code: 'FLEET_STORE_CLOSED' })
    agree('the figures after close', c.figures(), { isUp: false })
  })
}
