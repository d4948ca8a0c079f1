// The protocol is written twice, in TypeScript and in Lua: on random histories both give the same answers. Times are rounded,
// since those of Redis go on by themselves.
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { memoryStore } from '../../src/fleet/memory-store.ts'
import { type FleetChange, type FleetRecord, merged, NO_RECORD } from '../../src/fleet/record.ts'
import { redisStore } from '../../src/fleet/redis-store.ts'
import type { FleetCommand, FleetLink } from '../../src/fleet/store.ts'
import { ready } from '../../src/fleet/testing/fleet-under-test.ts'
import { entry, OPEN, rulesWith, SLOT, saw } from '../../src/fleet/testing/requests.ts'
import { createVirtualClock } from '../../src/testing/index.ts'
import { redisServer } from '../support/needs.ts'
import { type RedisServer, SHIFT, startRedis } from './support/redis-server.ts'

const RULES = [
  rulesWith(),
  rulesWith({
    halfOpenMaxCalls: 2,
    successThreshold: 3,
    quorumReporters: 1,
    quorumShare: 0.6,
    jitter: 0.3,
    backoffFactor: 1.7,
  }),
  rulesWith({ failureRate: null, slowRate: 0.7, quorumReporters: 1 }),
]

/** A step of a history, for one of three processes and one of two endpoints. */
type Step =
  | { readonly type: 'report'; readonly failures: number; readonly calls: number }
  | { readonly type: 'acquire' | 'poll' | 'loseData' }
  | { readonly type: 'complete'; readonly isSuccess: boolean; readonly isStale: boolean }
  | { readonly type: 'command'; readonly command: FleetCommand['type'] }
  | { readonly type: 'pass'; readonly ms: number }

const share = (calls: number) =>
  fc.integer({ min: 0, max: calls }).map((failures) => ({ type: 'report', failures, calls }) as const)
const simple = fc.oneof<fc.WeightedArbitrary<Step>[]>(
  { weight: 6, arbitrary: fc.constantFrom(3, 6, 9).chain(share) },
  { weight: 2, arbitrary: fc.constantFrom<Step>({ type: 'acquire' }) },
  { weight: 2, arbitrary: fc.constantFrom<Step>({ type: 'poll' }, { type: 'poll' }, { type: 'loseData' }) },
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant('complete'), isSuccess: fc.boolean(), isStale: fc.boolean() }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('command'),
      command: fc.constantFrom('trip', 'probe', 'reset', 'isolate', 'disable', 'enable'),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('pass'),
      ms: fc.constantFrom(2 * SLOT, OPEN + SLOT, 3 * OPEN, 12 * SLOT),
    }),
  },
)

interface PlacedStep {
  readonly process: number
  readonly endpoint: number
  readonly step: Step
}

/** Steps one by one, and those that lead somewhere together: all see it fail; the open time passes, and one probes. */
const places = fc.record({ process: fc.nat(2), endpoint: fc.nat(1) })
const steps = fc.oneof<fc.WeightedArbitrary<PlacedStep[]>[]>(
  { weight: 6, arbitrary: fc.tuple(places, simple).map(([place, step]) => [{ ...place, step }]) },
  {
    weight: 2,
    arbitrary: fc.nat(1).map((endpoint) => {
      const step = { type: 'report', failures: 9, calls: 9 } as const
      return [0, 1, 2].map((process) => ({ process, endpoint, step }))
    }),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(places, fc.boolean()).map(([place, isSuccess]) => {
      const probe = [{ type: 'acquire' } as const, { type: 'complete', isSuccess, isStale: false } as const]
      return [{ type: 'pass', ms: 4 * OPEN + SLOT } as const, ...probe].map((step) => ({ ...place, step }))
    }),
  },
)

/** What a fleet of three processes does and hears, in one store. */
function newFleet(
  links: readonly FleetLink[],
  rules: ReturnType<typeof rulesWith>,
  pass: (ms: number) => Promise<void>,
  loseData: () => Promise<void>,
) {
  const views = links.map(() => new Map<string, FleetRecord>())
  const tokens = new Map<string, { readonly token: string; readonly version: number }>()
  let asked = 0

  return async ({ process, endpoint, step }: PlacedStep): Promise<unknown> => {
    const link = links[process] as FleetLink
    const known = views[process] as Map<string, FleetRecord>
    const name = `db-${endpoint}`
    const shared = entry(name, known.get(name) ?? null, rules)
    const hear = (changes: readonly FleetChange[]) => {
      for (const change of changes) known.set(change.endpoint, merged(known.get(change.endpoint) ?? NO_RECORD, change))
      return changes.map(rounded).toSorted((a, b) => (a.endpoint < b.endpoint ? -1 : 1))
    }
    switch (step.type) {
      case 'report': {
        const { failures, calls } = step
        return hear(await link.report([saw(name, failures, calls, { ...shared, slow: failures })]))
      }
      case 'acquire': {
        const token = `t${asked++}`
        const { isGranted, change } = await link.acquire(shared, token)
        if (isGranted) tokens.set(`${process} ${name}`, { token, version: change.record.version })
        return { isGranted, change: hear([change]) }
      }
      case 'complete': {
        const { token, version } = tokens.get(`${process} ${name}`) ?? { token: 'none', version: 0 }
        if (!step.isStale) tokens.delete(`${process} ${name}`)
        const { isAccepted, change } = await link.complete(shared, { token, version, isSuccess: step.isSuccess })
        return { isAccepted, change: hear([change]) }
      }
      case 'poll': {
        const entries = ['db-0', 'db-1'].map((other) => entry(other, known.get(other) ?? null, rules))
        const { changes, live, suspects } = await link.poll({ cursor: null, entries })
        return { changes: hear(changes), live, suspects: suspects.map(({ endpoint }) => endpoint).toSorted() }
      }
      case 'command':
        return hear([await link.command(shared, { type: step.command, message: 'as told' })])
      case 'pass': {
        for (const view of views) {
          for (const [key, record] of view) {
            view.set(key, { ...record, remainingMs: Math.max(0, record.remainingMs - step.ms) })
          }
        }
        return await pass(step.ms)
      }
      case 'loseData':
        return await loseData()
    }
  }
}

function rounded(change: FleetChange): FleetChange {
  return { ...change, record: { ...change.record, remainingMs: Math.round(change.record.remainingMs / SLOT) } }
}

describe('the protocol in TypeScript and in Lua', () => {
  let server: RedisServer
  beforeAll(async () => {
    if (redisServer.path !== null) server = await startRedis()
  })
  afterAll(() => server?.close())
  beforeEach((context) => {
    if (redisServer.path === null) context.skip(redisServer.missing)
  })

  it('gives the same answers, whatever three processes ask', async () => {
    const store = redisStore({ url: server.url, deadline: 5_000, maxPushes: 1 })
    let accepted = 0
    let run = 0
    const history = fc.array(steps, { minLength: 10, maxLength: 40 })
    const property = fc.asyncProperty(fc.nat(RULES.length - 1), history, async (rule, history) => {
      const namespace = `run-${run++}`
      const clock = createVirtualClock(1e12)
      const memory = memoryStore({ clock })
      const members = ['a', 'b', 'c'].map((instance) => ({ namespace, instance, liveForMs: 5 * SLOT }))
      const real = members.map((member) => store.join(member))
      await Promise.all(real.map(ready))
      const shift = async (ms: number) => void (await server.run('EVAL', SHIFT, '0', String(ms)))
      const flush = async () => void (await server.run('FLUSHALL'))
      const rules = RULES[rule] ?? rulesWith()
      const inMemory = newFleet(
        members.map((member) => memory.join(member)),
        rules,
        async (ms) => clock.advance(ms),
        async () => memory.flush(),
      )
      const inRedis = newFleet(real, rules, shift, flush)
      try {
        for (const step of history.flat()) {
          const expected = await inMemory(step)
          expect(await inRedis(step), JSON.stringify(step)).toEqual(expected)
          if (JSON.stringify(expected ?? '').includes('"isAccepted":true')) accepted++
        }
      } finally {
        await Promise.all(real.map((link) => link.close()))
      }
    })
    await fc.assert(property, { numRuns: 40 })
    // Histories in which nothing opens and is probed would prove little.
    expect(accepted).toBeGreaterThan(20)
  })
})
