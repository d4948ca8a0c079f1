import { describe, expect, it } from 'vitest'
import { nearestName } from '../../src/edge/nearest-name.ts'
import { mistakesIn } from '../support/policies.ts'

const NAMES = ['failureThreshold', 'successThreshold', 'openTimeout', 'timeout', 'probeTimeout', 'ignore', 'max']

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
