// Slow: it searches the whole statechart under many policies.
// generatePaths: deterministic, without duplicates, and complete; what no path can take is told with its reason.
import { describe, expect, it } from 'vitest'
import { ArgumentError, PolicyError, type PolicyOptions } from '../../src/index.ts'
import { type Coverage, coverage, generatePaths } from '../../src/testing/index.ts'
import { thrownBy } from '../support/calls.ts'
import { POLICIES } from './policies.ts'

const COVERAGES: readonly Coverage[] = ['states', 'transitions', 'transitionPairs', 'simple']

describe('the paths of the default policy', () => {
  it.each(COVERAGES)('are the same each time: %s', (kind) => {
    expect(generatePaths({}, { coverage: kind })).toEqual(generatePaths({}, { coverage: kind }))
  })

  it.each(COVERAGES)('are all different, and none is the beginning of another: %s', (kind) => {
    const stories = generatePaths({}, { coverage: kind }).map(
      ({ steps }) => `${steps.map(({ says }) => says).join(';')};`,
    )
    const doubles = stories.filter((one, i) => stories.some((other, j) => i !== j && other.startsWith(one)))
    expect({ paths: stories.length > 0, doubles }).toEqual({ paths: true, doubles: [] })
  })

  it('are made in less than a second', () => {
    const times = [1, 2, 3].map(() => {
      const before = process.cpuUsage()
      generatePaths()
      const { user, system } = process.cpuUsage(before)
      return (user + system) / 1_000
    })
    expect(Math.min(...times)).toBeLessThan(1_000)
  })

  it('are as long as asked for at most, unless a goal is farther away', () => {
    const lengths = (maxLength: number) => generatePaths({}, { maxLength }).map(({ steps }) => steps.length)
    expect(Math.max(...lengths(30))).toBeLessThanOrEqual(30)
    expect(lengths(20).length).toBeGreaterThan(lengths(30).length)
    expect(Math.max(...lengths(1))).toBeGreaterThan(1)
  })

  it('tell each step, what it takes of the statechart, and what must be seen', () => {
    const [path] = generatePaths({ failureThreshold: 1 }, { coverage: 'states', commands: [] })
    expect(path?.steps.slice(0, 3)).toMatchObject([
      { says: 'call 1 is admitted', taken: ['closed --admit--> closed'], expect: { state: 'closed', admitted: true } },
      {
        step: { type: 'settle', call: 1, result: 'fail' },
        says: 'call 1 fails: it opens',
        taken: ['closed --fail [2]--> open'],
        expect: { state: 'open', admitted: undefined, generation: 1, timers: 1, callsInFlight: 0 },
      },
      { step: { type: 'pass', ms: 30_000 }, says: '30 s pass: it is half-open', expect: { state: 'halfOpen' } },
    ])
  })
})

describe.each(POLICIES)('under %s', (_, policy) => {
  it.each(COVERAGES.slice(0, 3))('the paths meet everything that can be met: %s', (kind) => {
    const report = coverage(generatePaths(policy, { coverage: kind }), policy)
    const { met, missed } = report[kind as 'states' | 'transitions' | 'transitionPairs']
    console.log(`${kind}: ${met.length} met, ${missed.length} missed, ${report.unreachable.length} out of reach`)
    expect(missed).toEqual([])
    expect(met.length).toBeGreaterThanOrEqual(5)
  })

  it('what no path can take is told with a reason, and is no more than a handful', () => {
    const { unreachable, requirements } = coverage(generatePaths(policy), policy)
    const isTold = unreachable.some(({ why }) => why === 'the policy has no recoveryRamp')
    expect(isTold).toBe(!policy.recoveryRamp)
    const others = unreachable
      .filter(({ transition }) => policy.recoveryRamp || !transition.includes('ramping'))
      .filter(({ transition }) => policy.slowCalls || !transition.startsWith('closed --slow'))
    expect(others.length).toBeLessThanOrEqual(policy.recoveryRamp ? 15 : 10)
    for (const { transition, why } of unreachable) expect(why, transition).not.toBe('')
    expect(requirements).toEqual(expect.arrayContaining(['R01', 'R02', 'R03', 'R04', 'R05', 'R06', 'R07', 'R08']))
  })
})

it('a gap is seen: without one of the paths, coverage names what is missed', () => {
  const paths = generatePaths()
  expect(coverage(paths).transitionPairs.missed).toEqual([])
  for (const left of paths) {
    expect(
      coverage(
        paths.filter((path) => path !== left),
        {},
      ).transitionPairs.missed,
    ).not.toEqual([])
  }
})

it('a failure rate over calls is reached within a window of 4, too, and without the other triggers', () => {
  const policy = { failureThreshold: null, failureRate: { threshold: 0.75, minimumCalls: 4, window: { calls: 4 } } }
  const { transitions } = coverage(generatePaths(policy), policy)
  expect(transitions.missed).toEqual([])
  expect(transitions.met).toContain('closed --succeed [2]--> open')
})

describe('nonsense is refused', () => {
  it.each([
    ['a coverage', { coverage: 'all' as Coverage }],
    ['a length of 0', { maxLength: 0 }],
    ['a length that is no whole number', { maxLength: 2.5 }],
    ['no call in flight', { maxInFlight: 0 }],
  ])('%s', (_, options) => {
    expect(thrownBy(() => generatePaths({}, options))).toBeInstanceOf(ArgumentError)
  })

  it('a policy', () => {
    expect(thrownBy(() => generatePaths({ failureTreshold: 1 } as PolicyOptions))).toBeInstanceOf(PolicyError)
  })
})
