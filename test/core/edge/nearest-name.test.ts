import { describe, expect, it } from 'vitest'
import { editsBetween, nearestName } from '../../../src/core/edge/nearest-name.ts'
import { mistakesIn } from '../../support/policies.ts'

const NAMES = ['failureThreshold', 'successThreshold', 'openTimeout', 'timeout', 'probeTimeout', 'ignore', 'max']

/** By its definition, in exponential time. */
function edits(from: string, to: string): number {
  if (from === '' || to === '') return from.length + to.length
  const changed = edits(from.slice(1), to.slice(1)) + (from[0] === to[0] ? 0 : 1)
  const isSwap = from.length > 1 && to.length > 1 && from[0] === to[1] && from[1] === to[0]
  const swapped = isSwap ? edits(from.slice(2), to.slice(2)) + 1 : changed
  return Math.min(changed, swapped, edits(from.slice(1), to) + 1, edits(from, to.slice(1)) + 1)
}

describe('the number of edits', () => {
  it('between any two short words is what its definition says (R50)', () => {
    const words = ['']
    for (const word of words) if (word.length < 4) words.push(...['a', 'b', 'c'].map((letter) => word + letter))
    for (const from of words.filter(({ length }) => length < 4)) {
      for (const to of words) if (editsBetween(from, to) !== edits(from, to)) expect.fail(`${from} to ${to}`)
    }
    expect(words).toHaveLength(1 + 3 + 9 + 27 + 81)
  })
})

describe('the nearest name', () => {
  it.each([
    ['failureTreshold', 'failureThreshold'],
    ['succesThreshold', 'successThreshold'],
    ['failuresThreshold', 'failureThreshold'],
    ['OPEN_TIMEOUT', 'openTimeout'],
    ['open-timeout', 'openTimeout'],
    ['openTimeoutMs', 'openTimeout'],
    ['tiemout', 'timeout'],
    ['timeuot', 'timeout'],
    ['Timeout', 'timeout'],
    ['ingore', 'ignore'],
    ['mxa', 'max'],
    ['mix', 'max'],
    ['ax', 'max'],
    ['maxx', 'max'],
  ])('to %s is %s (R50)', (written, meant) => {
    expect(nearestName(written, NAMES)).toBe(meant)
  })

  it.each(['', 'x', 'ma', 'ma2', 'volume', 'resetAfter', '__proto__', 'xam', 'wxm', 'timeou'.repeat(100)])(
    'to %s is none of them (R50)',
    (written) => {
      expect(nearestName(written, [...NAMES.slice(0, -1), 'maxi'])).toBeUndefined()
    },
  )

  it('is the first of those as near (R50)', () => {
    expect(nearestName('bat', ['cat', 'rat'])).toBe('cat')
    expect(nearestName('aaaaab', ['aaaabb', 'aaaaab'])).toBe('aaaaab')
  })

  it('costs nothing for a key that is a book (R50)', () => {
    const started = performance.now()
    nearestName('a'.repeat(1e6), ['a'.repeat(1e6)])
    expect(performance.now() - started).toBeLessThan(1_000)
    expect(nearestName('a'.repeat(40), ['a'.repeat(40)])).toBe('a'.repeat(40))
    expect(nearestName('a'.repeat(41), ['a'.repeat(41)])).toBeUndefined()
  })

  it('is told of options of every depth, for every key that is none (R50)', () => {
    const window = { cals: 5 }
    const backoff = { max: '1m', jiter: 0, factr: 2 }
    const mistakes = mistakesIn({ failureRate: { threshold: 0.5, window }, backoff, isFailure: { values: () => true } })
    const hints = mistakes.map(({ path, expected }) => [path, /did you mean \w+/.exec(expected)?.[0]])
    expect(hints).toEqual([
      ['policy.failureRate.window.cals', 'did you mean calls'],
      ['policy.backoff.jiter', 'did you mean jitter'],
      ['policy.backoff.factr', 'did you mean factor'],
      ['policy.isFailure.values', 'did you mean value'],
    ])
    expect(mistakes[1]?.expected).toBe('one of factor, max, jitter (did you mean jitter?)')
  })
})
