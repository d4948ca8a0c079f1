// Slow: it walks through hundreds of thousands of states.
// Policies whose evidence has too many states to be looked at one by one: their paths are found by runs of calls, in
// which each call is still made; they meet what an exact search meets, and hold for the runtime and the pure layer.
import { describe, expect, it } from 'vitest'
import { type PolicyOptions, presets, resolvePolicy } from '../../src/index.ts'
import {
  checkPath,
  coverage,
  type Driver,
  generatePaths,
  pureDriver,
  runtimeDriver,
  toTestFile,
} from '../../src/testing/index.ts'
import { breakerGraph } from '../../src/testing/paths/breaker-graph.ts'
import { goalsOf } from '../../src/testing/paths/goals.ts'
import { thrownBy } from '../support/calls.ts'

const DRIVERS: readonly Driver[] = [runtimeDriver({ folding: true }), runtimeDriver({ folding: false }), pureDriver]

type Window = NonNullable<PolicyOptions['failureRate']>['window']

const rate = (window: Window, minimumCalls = 10): PolicyOptions => ({
  failureThreshold: null,
  failureRate: { threshold: 0.5, minimumCalls, window },
})
const slow = (window: Window, minimumCalls = 10): PolicyOptions => ({
  failureThreshold: null,
  slowCalls: { slowerThan: '1s', threshold: 0.5, minimumCalls, window },
})
const minute = (buckets: number): Window => ({ time: '60s', buckets })

const LARGE: readonly (readonly [string, PolicyOptions])[] = [
  ['half of 10 calls', rate({ calls: 10 })],
  ['half of 12 calls', rate({ calls: 12 })],
  ['half of 20 calls', rate({ calls: 20 })],
  ['half of 100 calls', rate({ calls: 100 })],
  ['half of 100 calls, and no fewer', rate({ calls: 100 }, 100)],
  ['half of a minute in 10 slices', rate(minute(10))],
  ['half of a minute in 60 slices', rate(minute(60))],
  ['half of 100 calls slow', slow({ calls: 100 })],
  ['half of a minute slow, in 10 slices', slow(minute(10))],
  ['half of a minute slow, in 60 slices', slow(minute(60))],
  ['half of a minute slow, after 2 calls', slow(minute(10), 2)],
  ['nebula', presets.nebula],
  ['100 failures in a row', { failureThreshold: 100 }],
  ['100 failures within a minute', { failureThreshold: 100, failureWindow: '60s' }],
]

/** Processor time, in ms, the least of three: other work on the machine must not count. */
function cpuTime(work: () => unknown): number {
  const times = [1, 2, 3].map(() => {
    const before = process.cpuUsage()
    work()
    const { user, system } = process.cpuUsage(before)
    return (user + system) / 1_000
  })
  return Math.min(...times)
}

describe.each(LARGE)('%s', (_, policy) => {
  const once = { coverage: 'transitions' } as const
  const paths = generatePaths(policy, once)

  it('takes less than a second, and with every pair of transitions but commands likewise', () => {
    expect(cpuTime(() => generatePaths(policy, once))).toBeLessThan(1_000)
    expect(cpuTime(() => generatePaths(policy, { commands: [] }))).toBeLessThan(1_000)
  })

  it('opens by each of its triggers, and every reachable transition is in some path (R12)', () => {
    const { transitions, unreachable } = coverage(paths, policy)
    expect(transitions.missed).toEqual([])
    expect(transitions.met).toContain('closed --fail [2]--> open')
    if (policy.failureThreshold === null) expect(transitions.met).toContain('closed --succeed [2]--> open')
    // None of them has a ramp, and not all have a rule for slow calls.
    const noRule = policy.slowCalls ? 'ramping' : 'closed --slow'
    const others = unreachable.filter(
      ({ transition }) => !transition.includes('ramping') && !transition.includes(noRule),
    )
    expect(others.length).toBeLessThanOrEqual(10)
  })

  it('says what was left out: on each path, in the report of coverage and above the tests', () => {
    const { abstraction } = coverage(paths, policy)
    expect(abstraction.length).toBeGreaterThanOrEqual(2)
    for (const path of paths) expect(path.abstraction).toEqual(abstraction)
    const text = toTestFile(paths, { runner: 'vitest', name: 'mine', driver: './driver.js' })
    for (const line of abstraction) expect(text).toContain(`//   ${line}\n`)
  })

  it.each(DRIVERS.map((driver) => [driver.name, driver] as const))(
    'is taken by the %s, call by call',
    async (_name, driver) => {
      for (const path of paths) expect(await checkPath(driver, path)).toBeNull()
    },
  )
})

describe('the title of a path tells', () => {
  it.each([
    ['the failures of a rate', rate({ calls: 100 }), '5 failed of 10 calls open it'],
    ['the slow calls of a rate', slow(minute(10)), '5 slow of 10 calls open it'],
    ['the failures of a threshold', { failureThreshold: 100 }, '100 failures open it'],
  ])('%s', (_, policy, phrase) => {
    const titles = generatePaths(policy as PolicyOptions, { coverage: 'transitions' }).map(({ title }) => title)
    expect(titles.filter((title) => title.includes(phrase))).not.toEqual([])
    expect(titles).not.toContain('closed')
    expect(titles.filter((title) => title.includes('0 failures'))).toEqual(
      titles.filter((title) => title.includes('100 failures')),
    )
  })
})

describe('runs of calls meet what an exact search meets', () => {
  const SMALL: readonly (readonly [string, PolicyOptions])[] = [
    ['5 failures in a row', {}],
    ['6 failures in all', { failureThreshold: 6, counting: 'cumulative' }],
    ['5 failures within a minute', presets.phoenixMicro],
    ['half of 4 calls', rate({ calls: 4 }, 4)],
    ['half of 5 calls, after 4', rate({ calls: 5 }, 4)],
    ['half of a minute, after 5 calls', rate(minute(2), 5)],
    ['3 failures in a row, or half of 5', { ...rate({ calls: 5 }, 5), failureThreshold: 3 }],
    ['half of 4 calls slow', slow({ calls: 4 }, 4)],
    [
      'nearly all of 4 calls',
      { ...rate({ calls: 4 }, 4), failureRate: { threshold: 0.9, minimumCalls: 4, window: { calls: 4 } } },
    ],
  ]
  const goals = (policy: PolicyOptions, exact: boolean, kind: 'transitions' | 'transitionPairs') =>
    [...goalsOf(breakerGraph(resolvePolicy(policy), { exact }).graph, kind)].toSorted()

  it.each(SMALL)('%s', (_, policy) => {
    for (const kind of ['transitions', 'transitionPairs'] as const) {
      const exact = goals(policy, true, kind)
      expect(exact.length).toBeGreaterThan(40)
      expect(goals(policy, false, kind)).toEqual(exact)
    }
  })

  it('with one call in flight, too', () => {
    for (const [, policy] of SMALL) {
      const found = [true, false].map((exact) => {
        const { graph } = breakerGraph(resolvePolicy(policy), { exact, maxInFlight: 1 })
        return [...goalsOf(graph, 'transitionPairs')].toSorted()
      })
      expect(found[1]).toEqual(found[0])
    }
  })
})

it('a policy that looks small and is not, is explored in runs after all', () => {
  const policy = rate({ time: '10s', buckets: 10 }, 4)
  const [path] = generatePaths(policy, { justBefore: true, commands: [] })
  expect(path?.abstraction).toContain('failure rate: a window is left to empty all at once, not slice by slice')
  expect(generatePaths({})[0]?.abstraction).toBeUndefined()
})

describe('what a path cannot be made for is refused at once, with what to do', () => {
  it.each([
    ['a threshold', { failureThreshold: 1_001 }, /^failureThreshold: expected at most 1000, .*smaller/],
    ['a minimum', rate({ calls: 5_000 }, 2_000), /^failureRate\.minimumCalls: expected at most 1000, .*smaller/],
    ['a minimum of slow calls', slow(minute(10), 2_000), /^slowCalls\.minimumCalls: expected at most 1000, .*smaller/],
  ])('%s', (_, policy, message) => {
    const before = performance.now()
    const error = thrownBy(() => generatePaths(policy as PolicyOptions)) as Error
    expect(error.message).toMatch(message)
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT' })
    expect(performance.now() - before).toBeLessThan(500)
  })

  it('too many calls in flight, and too many states', () => {
    const many = thrownBy(() => generatePaths({}, { maxInFlight: 30 })) as Error
    expect(many.message).toBe('maxInFlight: expected at most 10, or exact: true, received 30')
    const states = thrownBy(() => generatePaths(presets.nebula, { maxInFlight: 10 })) as Error
    expect(states.message).toMatch(/at most 3000 states: fewer calls in flight \(maxInFlight\)/)
  })

  it('what exact is to mean', () => {
    expect(thrownBy(() => generatePaths({}, { exact: 'yes' as never }))).toMatchObject({ code: 'INVALID_ARGUMENT' })
  })
})
