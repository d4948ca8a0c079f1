// What a user gets: the generated tests of a service that uses its breaker wrongly fail, and say why.
import { describe, expect, it } from 'vitest'
import { checkPath, describeBreaker, generatePaths, shrink, tellStory } from '../../../src/testing/index.ts'
import { priceDriver } from './price-driver.ts'
import { type Asking, asksOnce, retriesInside, swallowsErrors } from './price-service.ts'

const policy = { failureThreshold: 2, openTimeout: '10s' } as const
const paths = generatePaths(policy, { commands: [], results: ['succeed', 'fail'], stalls: false })

describeBreaker('a service that asks once for each call', priceDriver(asksOnce), policy, {
  describe,
  it,
  stalls: false,
})

const wrong: readonly [title: string, ask: Asking][] = [
  ['retries inside the guarded function', retriesInside],
  ['swallows errors inside the guarded function', swallowsErrors],
]

describe.each(wrong)('a service that %s', (_, ask) => {
  it('fails every path that needs the breaker to open', async () => {
    expect(paths.length).toBeGreaterThan(0)
    for (const path of paths) expect(await checkPath(priceDriver(ask), path)).not.toBeNull()
  })

  it('is told in a few lines', async () => {
    const [path] = paths
    const found = path && (await checkPath(priceDriver(ask), path))
    expect(found && tellStory(await shrink(priceDriver(ask), found))).toBe(
      [
        '1. call 1 is admitted',
        '2. call 1 fails',
        '3. call 2 is admitted',
        '4. call 2 fails: it opens',
        '   but state is closed, expected open',
      ].join('\n'),
    )
  })
})
