// Every path through the statechart, driven through the runtime with and without folding, and through the pure layer.
import { describe, expect, it } from 'vitest'
import { createRegistry, type PolicyOptions } from '../../src/index.ts'
import {
  checkPath,
  type Driver,
  describeBreaker,
  explore,
  generatePaths,
  pureDriver,
  runtimeDriver,
} from '../../src/testing/index.ts'
import { errorOf } from '../support/calls.ts'
import { POLICIES } from './policies.ts'

const folded = runtimeDriver({ folding: true })
const DRIVERS: readonly Driver[] = [folded, runtimeDriver({ folding: false }), pureDriver]

describe.each(POLICIES)('under %s', (title, policy) => {
  for (const driver of DRIVERS) {
    describeBreaker(
      `the ${driver.name} takes every pair of transitions as the statechart says (R01-R13, R22, R30)`,
      driver,
      policy,
      {
        describe,
        it,
        coverage: 'transitionPairs',
      },
    )
  }

  const depth = title === 'the default policy' ? 8 : 6
  it(`every history of ${depth} steps with 2 calls in flight ends where the statechart says`, {
    timeout: 120_000,
  }, async () => {
    const seen: number[] = []
    const found = await explore(folded, policy, { depth, onProgress: ({ states }) => seen.push(states) })
    expect(found.failure).toBeNull()
    expect(found.states).toBeGreaterThan(300)
    expect(found.steps).toBeGreaterThan(2_000)
    expect(seen.length).toBe(depth)
  })
})

describe('calls that are slow', () => {
  // A path says how a call ends, not how long it takes: a call of a path is never slow.
  const policy: PolicyOptions = {
    failureThreshold: 2,
    slowCalls: { slowerThan: '1h', threshold: 0.5, minimumCalls: 2, window: { calls: 3 } },
  }
  it.each(DRIVERS.map((driver) => [driver.name, driver] as const))('never open it in a path: %s', async (_, driver) => {
    const paths = generatePaths(policy)
    expect(paths.length).toBeGreaterThan(0)
    for (const path of paths) expect(await checkPath(driver, path)).toBeNull()
  })
})

describe('a breaker that does something else is found', () => {
  const opensLate: Driver = {
    ...folded,
    start: (policy, clock) => folded.start({ ...policy, failureThreshold: 6 }, clock),
  }
  const halfOpensEarly: Driver = {
    ...folded,
    start: (policy, clock) => folded.start({ ...policy, openTimeout: 29_999 }, clock),
  }
  const throws: Driver = {
    ...folded,
    start: async (policy, clock) => ({
      ...(await folded.start(policy, clock)),
      settle() {
        throw new Error('the service is down')
      },
    }),
  }
  const [path] = generatePaths()
  if (path === undefined) throw new Error('there are no paths')

  it('one that opens a failure too late', async () => {
    expect((await checkPath(opensLate, path))?.difference).toMatch(/it opens: state is closed, expected open$/)
  })

  it('one that is half-open a millisecond too early', async () => {
    expect((await checkPath(halfOpensEarly, path))?.difference).toMatch(/1 ms early: state is halfOpen, expected open$/)
  })

  it('one whose driver throws', async () => {
    expect((await checkPath(throws, path))?.difference).toMatch(/the driver threw Error: the service is down$/)
  })

  it('by exploring, with the shortest history there is', async () => {
    const { failure } = await explore(opensLate, { failureThreshold: 1 }, { depth: 4, maxInFlight: 1 })
    expect(failure?.path.steps.map(({ says }) => says)).toEqual(['call 1 is admitted', 'call 1 fails: it opens'])
  })

  it('one that never recovers', async () => {
    const stuck: Driver = {
      ...folded,
      start(_, clock) {
        const registry = createRegistry({ clock, policy: { failureThreshold: 1 } })
        const breaker = registry.breaker('stuck')
        return {
          admit: () => (breaker.state === 'open' ? undefined : (breaker.tryAcquire() ?? undefined)),
          settle: () => {
            if (breaker.state === 'halfOpen') breaker.trip()
            else breaker.recordFailure()
          },
          command() {},
          state: () => breaker.state,
        }
      },
    }
    const steps = { commands: [], results: ['fail'] as const, stalls: false }
    const { failure } = await explore(stuck, { failureThreshold: 1 }, { depth: 3, maxInFlight: 1, steps })
    expect(failure?.difference).toMatch(/no call and no time closes it again$/)
  })
})

it('explore refuses a depth of nothing', async () => {
  expect(await errorOf(explore(folded, {}, { depth: 0 }))).toMatchObject({ code: 'INVALID_ARGUMENT' })
})
