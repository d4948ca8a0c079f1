// What a link does with a client that fails in ways that no server can be made to: a driver of the test's own.
import { describe, expect, it } from 'vitest'
import { ioredisStore } from '../../src/fleet/ioredis-store.ts'
import type { Connection, ConnectionEvents, Driver } from '../../src/fleet/redis/driver.ts'
import { newRedisLink } from '../../src/fleet/redis/link.ts'
import { redisStore } from '../../src/fleet/redis-store.ts'
import { ready } from '../../src/fleet/testing/fleet-under-test.ts'
import { entry, saw } from '../../src/fleet/testing/requests.ts'
import { eventually } from './support/traffic.ts'

const MEMBER = { namespace: 'fleet', instance: 'a', liveForMs: 5_000 }
const LIMITS = { deadlineMs: 40, maxPending: 3, maxPushes: 10 }
const NOW = 1_700_000_000_000

/** A server that answers everything with `answer`. */
function lying(answer: (command: string, args: readonly string[]) => unknown) {
  const made: { events: ConnectionEvents; isDestroyed: boolean; push: (message: string) => void }[] = []
  const driver: Driver = (events) => {
    const one = { events, isDestroyed: false, push: (_: string) => {} }
    made.push(one)
    queueMicrotask(events.onReady)
    const connection: Connection = {
      send: async ([command = '', ...args]) =>
        command === 'TIME' ? [String(NOW / 1_000), '0'] : answer(command, args),
      async subscribe(_, onMessage) {
        one.push = onMessage
      },
      destroy() {
        one.isDestroyed = true
        throw new Error('it was never connected')
      },
    }
    return connection
  }
  return { link: newRedisLink({ ...LIMITS, load: async () => driver }, MEMBER), made }
}

const record = 'open 1 1000 1000 1 none 0 0 0 a '

describe('a link to Redis', () => {
  it.each([
    ['nothing', null],
    ['a text', 'OK'],
    ['no time', ['soon', 0, []]],
    ['too little', [NOW, 0]],
    ['no list of changes', [NOW, 0, 'db']],
    ['a change that is none', [NOW, 0, [['db', 'rules', 'text']]]],
    ['a record of another state', [NOW, 0, [['db', 'rules', record.replace('open', 'ajar'), '']]]],
    [
      'a record with a version that no number can have',
      [NOW, 0, [['db', 'rules', record.replace('1', '9007199254740993'), '']]],
    ],
    [
      'a record that stays open for longer than it opens',
      [NOW, 0, [['db', 'rules', record.replace('1000', '9000'), '']]],
    ],
  ])('refuses an answer that is %s, and counts it', async (_, answer) => {
    const { link } = lying(() => answer)
    await ready(link)
    await expect(link.report([saw('db', 1, 1)])).rejects.toMatchObject({ code: 'FLEET_STORE_LIED' })
    expect(link.figures()).toMatchObject({ refused: 1, isUp: true, pending: 0 })
    await link.close()
  })

  it('takes the answer that these are not', async () => {
    const { link } = lying(() => [NOW, 0, [['db', 'rules', record, '']]])
    await ready(link)
    expect(await link.report([saw('db', 1, 1)])).toMatchObject([
      { endpoint: 'db', record: { state: 'open', remainingMs: 1_000 } },
    ])
    await link.close()
  })

  it('refuses what is pushed and is no change, and hears the next', async () => {
    const { link, made } = lying(() => 'PONG')
    const heard: string[] = []
    link.subscribe({
      onReady: () => {},
      onLost: () => {},
      onChanges: (changes) => heard.push(...changes.map(({ endpoint }) => endpoint)),
    })
    await ready(link)
    for (const message of ['', '{}', '[[]]', '[["db","rules","open",""]]']) made[0]?.push(message)
    expect(link.figures().refused).toBe(4)
    made[0]?.push(JSON.stringify([['db', 'rules', record, '']]))
    expect(heard).toEqual(['db'])
    await link.close()
  })

  it('has as many requests under way as it may, and rejects the others at once', async () => {
    const { link } = lying(() => new Promise(() => {}))
    await ready(link)
    const asked = Promise.allSettled([1, 2, 3, 4].map(() => link.ping()))
    expect(link.figures().pending).toBe(3)
    const codes = (await asked).map((result) => (result.status === 'rejected' ? result.reason.code : 'answered'))
    expect(codes).toEqual([...Array.from({ length: 3 }, () => 'FLEET_STORE_DEADLINE'), 'FLEET_STORE_BUSY'])
    await link.close()
  })

  it('sends a request again, once, that came too late by a clock that was set', async () => {
    const answers = [1, 0, 1, 1].map((late) => [NOW + 3_600_000, late, []])
    const sentAt: number[] = []
    const { link } = lying((_, args) => {
      // After EVALSHA, its digest, the number of keys and nine keys: who sends it, and when.
      sentAt.push(Number(args[12]))
      return answers.shift()
    })
    await ready(link)
    expect(await link.report([saw('db', 1, 1)])).toEqual([])
    expect(Math.round(((sentAt[1] ?? 0) - (sentAt[0] ?? 0)) / 60_000)).toBe(60)
    await expect(link.report([saw('db', 1, 1)])).rejects.toMatchObject({ code: 'FLEET_STORE_LATE' })
    expect(sentAt).toHaveLength(4)
    expect(link.figures()).toMatchObject({ late: 1, requests: 2 })
    await link.close()
  })

  it('sends no script as text for a request that was given up', async () => {
    const commands: string[] = []
    const { link } = lying((command) => {
      commands.push(command)
      const unknown = new Error('NOSCRIPT No matching script')
      return new Promise((_, reject) => setTimeout(() => reject(unknown), command === 'EVALSHA' ? 80 : 0))
    })
    await ready(link)
    await expect(link.report([saw('db', 1, 1)])).rejects.toMatchObject({ code: 'FLEET_STORE_DEADLINE' })
    await eventually('the late answer', () => link.figures().pending === 0)
    expect(commands).toEqual(['EVALSHA'])
    await link.close()
  })

  it('gives up a connection that is made and never ready', async () => {
    let made = 0
    const driver: Driver = ({ onReady }) => {
      if (++made > 1) queueMicrotask(onReady)
      return { send: async () => [String(NOW / 1_000), '0'], subscribe: async () => {}, destroy() {} }
    }
    const link = newRedisLink({ ...LIMITS, load: async () => driver }, MEMBER)
    const lost = await new Promise<Error>((onLost) =>
      link.subscribe({ onReady: () => {}, onChanges: () => {}, onLost }),
    )
    expect(lost.message).toBe('no connection within 2000 ms')
    await ready(link)
    await link.close()
  })

  it('gives a connection up after two misses in a row, though ending it throws, and makes another', async () => {
    let isHanging = true
    const { link, made } = lying(() => (isHanging ? new Promise(() => {}) : 'PONG'))
    await ready(link)
    for (let i = 0; i < 2; i++) await expect(link.ping()).rejects.toMatchObject({ code: 'FLEET_STORE_DEADLINE' })
    expect(made[0]?.isDestroyed).toBe(true)
    isHanging = false
    await eventually('another connection', () => link.figures().isUp)
    await link.ping()
    expect(link.figures()).toMatchObject({ connections: 2, deadlineMissed: 2 })
    await link.close()
    expect(made[1]?.isDestroyed).toBe(true)
  })

  it('hears of the end of a connection once, and not of one that it has given up', async () => {
    const { link, made } = lying(() => 'PONG')
    const lost: string[] = []
    link.subscribe({ onReady: () => {}, onChanges: () => {}, onLost: ({ message }) => lost.push(message) })
    await ready(link)
    for (let i = 0; i < 3; i++) made[0]?.events.onEnd(new Error('reset by peer'))
    expect(lost).toEqual(['reset by peer'])
    await eventually('another connection', () => link.figures().isUp)
    made[0]?.events.onEnd(new Error('late'))
    expect(link.figures().isUp).toBe(true)
    await link.close()
  })

  it('says so when the package of its client cannot be loaded, and throws nothing', async () => {
    const load = () => Promise.reject(new Error("Cannot find package 'redis'"))
    const link = newRedisLink({ ...LIMITS, load }, MEMBER)
    const error = await new Promise<Error>((onLost) =>
      link.subscribe({ onReady: () => {}, onChanges: () => {}, onLost }),
    )
    expect(error.message).toContain("Cannot find package 'redis'")
    await expect(link.acquire(entry('db'), 'token')).rejects.toMatchObject({ code: 'FLEET_STORE_OFFLINE' })
    await link.close()
  })

  it.each([
    ['redisStore', redisStore],
    ['ioredisStore', ioredisStore],
  ])('%s refuses wrong options', (_, store) => {
    const refusals: [unknown, string][] = [
      [{ ur: 'redis://x' }, 'did you mean url?'],
      [{ url: 'localhost' }, "options.url: expected a URL, as 'redis://localhost:6379'"],
      [{ options: 'x' }, 'options.options: expected an object'],
      [{ client: {} }, 'options.client: expected a client with duplicate()'],
      [{ client: { duplicate() {} }, url: 'redis://x' }, 'no client beside url or options'],
      [{ deadline: -1 }, 'options.deadline: expected a whole number of at least 1'],
      [{ maxPending: 0 }, 'options.maxPending'],
      [{ maxPushes: 1.5 }, 'options.maxPushes'],
      [null, 'options: expected an object'],
    ]
    for (const [options, message] of refusals) expect(() => store(options as never)).toThrow(message)
  })
})
