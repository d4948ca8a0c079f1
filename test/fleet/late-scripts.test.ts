// Every script that changes anything does nothing for a request that was not sent just now by the server's clock, whether that is
// ahead or was set back; and each may be asked about as many endpoints as one request has.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { newKeys } from '../../src/fleet/redis/keys.ts'
import { scripts } from '../../src/fleet/redis/scripts.ts'
import { redisStore } from '../../src/fleet/redis-store.ts'
import { packRules } from '../../src/fleet/rules.ts'
import { ready } from '../../src/fleet/testing/fleet-under-test.ts'
import { entry, rulesWith, saw } from '../../src/fleet/testing/requests.ts'
import { redisServer } from '../support/needs.ts'
import { type RedisServer, startRedis } from './support/redis-server.ts'

const MAX_AGE_MS = 60_000
/** What each takes beside its entry; that of `complete` is fenced by its lease. */
const ASKED = {
  report: ['10', '10', '0', '1'],
  acquire: ['token'],
  poll: [],
  command: ['isolate', '', ''],
} satisfies Partial<Record<keyof typeof scripts, readonly string[]>>

describe('the scripts of the stores in Redis', () => {
  let server: RedisServer
  beforeAll(async () => {
    if (redisServer.path !== null) server = await startRedis()
  })
  afterAll(() => server?.close())
  beforeEach(async (context) => {
    if (redisServer.path === null) return context.skip(redisServer.missing)
    await server.run('FLUSHALL')
  })

  /** What the script says of a request that was sent so long ago, and how many keys there are then. */
  async function ask(script: keyof typeof ASKED, ageMs: number): Promise<readonly unknown[]> {
    const keys = newKeys('late')
    const rules = rulesWith()
    const shared = entry('db', null, rules)
    const all = [...keys.common, ...keys.of(shared)]
    const [seconds] = (await server.run('TIME')) as [string]
    const sentAt = Number(seconds) * 1_000 - ageMs
    const settings = ['a', sentAt, MAX_AGE_MS, 5_000, 10, keys.channel].map(String)
    const one = ['db', packRules(rules).digest, packRules(rules).text, '']
    const own = script === 'poll' ? ['', ...one] : [...one, ...ASKED[script]]
    const args = [String(all.length), ...all, ...settings, ...own]
    const [, isLate] = (await server.run('EVAL', scripts[script].text, ...args)) as unknown[]
    return [isLate, Number(await server.run('DBSIZE')) > 0]
  }

  it.each(Object.keys(ASKED) as (keyof typeof ASKED)[])('%s', async (script) => {
    expect(await ask(script, 2 * MAX_AGE_MS), 'long ago').toEqual([1, false])
    expect(await ask(script, -2 * MAX_AGE_MS), 'in the future').toEqual([1, false])
    // `acquire` notes whose rules these are, and `poll` who is alive.
    expect(await ask(script, 0), 'now').toEqual([0, true])
  })

  it.each([
    [200, 1],
    [201, 2],
    [400, 2],
    [401, 3],
  ])('are asked about %i endpoints in %i requests', async (endpoints, times) => {
    const link = redisStore({ url: server.url, deadline: 5_000 }).join({ namespace: 'parts', instance: 'a' })
    await ready(link)
    const asked = async (what: () => Promise<unknown>) => {
      await server.run('CONFIG', 'RESETSTAT')
      await what()
      const stats = String(await server.run('INFO', 'commandstats'))
      const calls = (command: string) => Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(stats)?.[1] ?? 0)
      // Those that the server did not know come again, as text.
      return calls('evalsha') - Number(/cmdstat_evalsha:.*failed_calls=(\d+)/.exec(stats)?.[1] ?? 0) + calls('eval')
    }
    const names = Array.from({ length: endpoints }, (_, i) => `db-${i}`)
    expect(await asked(() => link.report(names.map((name) => saw(name, 1, 10))))).toBe(times)
    expect(await asked(() => link.poll({ cursor: null, entries: names.map((name) => entry(name)) }))).toBe(times)
    await link.close()
  })

  it('push what changes as often in a second as they may, and again when the clock was set back meanwhile', async () => {
    const store = redisStore({ url: server.url, deadline: 5_000, maxPushes: 1 })
    const [a, b] = ['a', 'b'].map((instance) => store.join({ namespace: 'pushes', instance }))
    if (a === undefined || b === undefined) throw new Error('no links')
    await Promise.all([a, b].map(ready))
    await a.command(entry('db'), { type: 'trip' })
    await expect.poll(() => b.figures().pushed).toBe(1)
    // As if it had been counted an hour later, by the clock of now.
    const key = `${newKeys('pushes').common.at(-1)}`
    await server.run('SET', key, '99', 'PX', '3600000')
    await a.command(entry('db'), { type: 'reset' })
    expect(await server.run('PTTL', key)).toBeLessThanOrEqual(1_000)
    await Promise.all([a, b].map((link) => link.close()))
  })
})
