// What rejections have in common is made once for a stay. It is of that stay: the words, the reason and the cause of the second are
// its own, and the time to wait is that of the call.
import { describe, expect, it } from 'vitest'
import type { Breaker, BreakerOpenError, Override } from '../../../src/index.ts'
import { errorOf, fail, rejected } from '../../support/calls.ts'
import { newBreaker } from '../../support/registries.ts'

const fleetReason = (message: string): Override['reason'] => ({
  ...{ type: 'fleet', decision: 'failureRate', rate: 0.5, calls: 8, reporters: 2, version: 1, message },
})

interface Stay {
  readonly begin: (breaker: Breaker, word: string) => unknown
  readonly state: BreakerOpenError['state']
  /** In the message. */
  readonly words: string
  /** Whether the time to wait is known. */
  readonly waits: boolean
  /** Whether what it was begun with is told by the reason, or is its cause. */
  readonly tells: 'reason' | 'cause' | 'nothing'
}

const STAYS: Record<string, Stay> = {
  'open by a failure': {
    begin: (breaker, word) => errorOf(breaker.call(() => Promise.reject(word))),
    ...{ state: 'open', words: 'open', waits: true, tells: 'cause' },
  },
  'open by hand': {
    begin: (breaker, word) => breaker.trip(word),
    ...{ state: 'open', words: 'open', waits: true, tells: 'reason' },
  },
  'half-open, its permit held': {
    begin: (breaker, word) => {
      breaker.trip()
      breaker.probe(word)
      breaker.tryAcquire()
    },
    ...{ state: 'halfOpen', words: 'half-open and every permit is held', waits: true, tells: 'reason' },
  },
  'forced open': {
    begin: (breaker) => breaker.isolate(),
    ...{ state: 'forcedOpen', words: 'forced open', waits: false, tells: 'nothing' },
  },
  'overridden as open': {
    begin: (breaker, word) => breaker.override({ state: 'open', reason: fleetReason(word), retryAfterMs: 9_000 }),
    ...{ state: 'open', words: 'open', waits: true, tells: 'reason' },
  },
  'overridden as half-open': {
    begin: (breaker, word) => breaker.override({ state: 'halfOpen', reason: fleetReason(word), retryAfterMs: 9_000 }),
    ...{ state: 'halfOpen', words: 'half-open and others probe', waits: true, tells: 'reason' },
  },
  'overridden as forced open': {
    begin: (breaker, word) => breaker.override({ state: 'forcedOpen', reason: fleetReason(word) }),
    ...{ state: 'forcedOpen', words: 'forced open', waits: false, tells: 'reason' },
  },
}

const end = (breaker: Breaker) => {
  breaker.override(null)
  breaker.reset()
}

function expectOf(error: BreakerOpenError, { state, words, tells }: Stay, word: string): void {
  expect(error).toMatchObject({ code: 'BREAKER_OPEN', endpoint: 'a', state })
  expect(error.message).toContain(words)
  if (tells === 'reason') expect(JSON.stringify(error.reason)).toContain(word)
  expect(error.cause).toBe(tells === 'cause' ? word : undefined)
}

describe.each(Object.entries(STAYS))('a rejection of a breaker that is %s', (_, stay) => {
  it('tells of its own stay, after one of the same kind, too; and of the time that is left by then', async () => {
    const { breaker, clock } = newBreaker({ failureThreshold: 1, probeTimeout: '8s' })
    for (const word of ['first', 'second', 'third']) {
      await stay.begin(breaker, word)
      const early = await rejected(breaker)
      clock.advance(1_500)
      const late = await rejected(breaker)
      for (const error of [early, late]) expectOf(error, stay, word)
      expect(late).not.toBe(early)
      const waited = (early.retryAfterMs ?? Number.NaN) - (late.retryAfterMs ?? Number.NaN)
      expect(waited).toEqual(stay.waits ? 1_500 : Number.NaN)
      end(breaker)
    }
  })

  it.each(Object.keys(STAYS))('tells nothing of one before it, in which it was %s', async (before) => {
    const { breaker } = newBreaker({ failureThreshold: 1 })
    await STAYS[before]?.begin(breaker, 'before')
    await rejected(breaker)
    end(breaker)
    await stay.begin(breaker, 'after')
    const error = await rejected(breaker)
    expectOf(error, stay, 'after')
    expect(JSON.stringify(error)).not.toContain('before')
  })
})

describe('the context of a call', () => {
  it('is of the stay that it was admitted in, though all calls of a stay share one', async () => {
    const { breaker } = newBreaker({ failureThreshold: 1 })
    const generationNow = () => breaker.call(({ generation }) => generation)
    for (let nth = 0; nth < 3; nth++) {
      expect([await generationNow(), await generationNow()]).toEqual([breaker.generation, breaker.generation])
      await fail(breaker)
      breaker.reset()
    }
    expect(breaker.generation).toBe(6)
  })
})
