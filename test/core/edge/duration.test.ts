import { describe, expect, it } from 'vitest'
import { type PolicyOptions, resolvePolicy } from '../../../src/index.ts'
import { mistakesIn } from '../../support/policies.ts'

describe('a duration', () => {
  for (const [written, ms] of [
    [1, 1],
    [0.5, 0.5],
    ['250ms', 250],
    ['30s', 30_000],
    ['1.5s', 1_500],
    ['5m', 300_000],
    ['5min', 300_000],
    ['1h', 3_600_000],
    ['2d', 172_800_000],
    ['5 s', 5_000],
    [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  ] as const) {
    it(`takes ${JSON.stringify(written)} for ${ms} ms (R50)`, () => {
      expect(resolvePolicy({ openTimeout: written } as PolicyOptions).openTimeoutMs).toBe(ms)
    })
  }

  const noDurations = [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60, '', '30', '30 sec', '30S', '-5s', '0s']
  for (const wrong of [...noDurations, '1e3ms', '5s 3', ' 5s', `${'9'.repeat(400)}s`, true, null, {}, [], ['5s'], 5n]) {
    it(`refuses ${typeof wrong} ${String(wrong).slice(0, 12)} for a duration (R50)`, () => {
      for (const option of ['openTimeout', 'probeTimeout'] as const) {
        expect(mistakesIn({ [option]: wrong })).toEqual([
          {
            path: `policy.${option}`,
            expected: expect.stringContaining("such as '30s'"),
            received: expect.any(String),
          },
        ])
      }
    })
  }
})
