// Records, rules and names as plain values: what is written can be read, what holds over what, and what is refused.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sharedName } from '../../src/fleet/names.ts'
import { FARTHEST_AHEAD, type FleetRecord, isNewer, merged, NO_RECORD } from '../../src/fleet/record.ts'
import { boundedMessage, packRecord, unpackRecord } from '../../src/fleet/record-text.ts'
import { checkRules, hasQuorum, openTimeMs, packRules, reachedRate } from '../../src/fleet/rules.ts'
import { newServerTime } from '../../src/fleet/server-time.ts'
import { rulesWith } from '../../src/fleet/testing/requests.ts'

const anyRecord: fc.Arbitrary<FleetRecord> = fc
  .record({
    state: fc.constantFrom('closed', 'open', 'halfOpen', 'forcedOpen', 'disabled'),
    version: fc.nat(20),
    remainingMs: fc.nat(1_000),
    openMs: fc.integer({ min: 1_000, max: 1e9 }),
    openings: fc.nat(99),
    reason: fc.constantFrom('none', 'failureRate', 'tripped', 'probeFailures'),
    rate: fc.nat(10_000).map((rate) => rate / 10_000),
    calls: fc.nat(),
    reporters: fc.nat(1_000_000),
    writer: fc.constantFrom('a', 'b', 'host-1.example_x'),
    message: fc.string({ unit: 'binary' }).map(boundedMessage),
  })
  .map((record) => ({ ...record, remainingMs: record.state === 'open' ? record.remainingMs : 0 }) as FleetRecord)

const change = (record: FleetRecord, isViewRefused = false) => {
  return { endpoint: 'db', rules: 'x', record, isViewRefused, isRepaired: false, hasOtherRules: false }
}

describe('a record', () => {
  it('is the same after it was written and read, and is never long', () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        const text = packRecord(record)
        expect(unpackRecord(text)).toEqual(record)
        expect(Buffer.byteLength(text)).toBeLessThan(1_000)
      }),
    )
  })

  it('of two one holds, whichever is heard first, and hearing it twice changes nothing', () => {
    const history = fc.array(anyRecord, { minLength: 2, maxLength: 6 })
    const hear = (mine: FleetRecord, record: FleetRecord) => merged(mine, change(record))
    fc.assert(
      fc.property(history, fc.nat(), (records, seed) => {
        const shuffled = records.toSorted((a, b) => ((a.calls * seed) % 97) - ((b.calls * seed) % 97))
        const once = records.reduce(hear, NO_RECORD)
        const { version, state, writer } = once
        expect([...shuffled, ...records].reduce(hear, NO_RECORD)).toMatchObject({ version, state, writer })
        expect(records.some((record) => isNewer(record, once))).toBe(false)
      }),
    )
  })

  it('that only the store refuses to believe gives way to the store, and no other does', () => {
    const store = { ...NO_RECORD, version: 5 }
    const poisoned = { ...NO_RECORD, version: 6 + FARTHEST_AHEAD, state: 'forcedOpen' } as const
    expect(merged(poisoned, change(store, true))).toBe(store)
    expect(merged(poisoned, change(store, false))).toBe(poisoned)
    const plausible = { ...poisoned, version: 5 + FARTHEST_AHEAD }
    expect(merged(plausible, change(store, true))).toBe(plausible)
  })

  it.each([
    ['', 'open', 'open 1 2 3'],
    ['closed 1 0 0 0 nothing 0 0 0 a ', 'closed 1 0 0 0 none 2 0 0 a ', 'closed 1 0 0 0 none 0 0 0 a/b '],
    ['closed -1 0 0 0 none 0 0 0 a ', 'closed 1 5 9 0 none 0 0 0 a ', 'closed 9999999999999999 0 0 0 none 0 0 0 a '],
    [`closed 1 0 0 0 none 0 0 0 a ${'x'.repeat(401)}`, 'closed 1 0 0 0 none 1.5 0 0 a ', 'closed 1 0 0 0 none 0 0 0 a'],
  ])('is not read from a text that is none', (...texts) => {
    for (const text of texts) expect(unpackRecord(text), text).toBeUndefined()
    for (const value of [null, 7, {}, undefined]) expect(unpackRecord(value)).toBeUndefined()
  })
})

describe('the rules of a fleet', () => {
  it('the open time doubles to its longest, is shorter by the jitter at most, and the same for all who ask', () => {
    const rules = rulesWith({ openTimeoutMs: 1_000, maxOpenMs: 5_000, backoffFactor: 2 })
    expect([1, 2, 3, 4, 5_000].map((openings) => openTimeMs(rules, openings, 7))).toEqual([
      1_000, 2_000, 4_000, 5_000, 5_000,
    ])
    const jittered = { ...rules, jitter: 0.5 }
    const times = Array.from({ length: 1_000 }, (_, version) => openTimeMs(jittered, 1, version))
    expect(Math.min(...times)).toBeGreaterThanOrEqual(500)
    expect(Math.min(...times)).toBeLessThan(510)
    expect(Math.max(...times)).toBeGreaterThan(990)
    expect(openTimeMs(jittered, 1, 2 ** 52)).toBe(openTimeMs(jittered, 1, 2 ** 52))
  })

  it('a quorum is the larger of a number and a share of the live processes, rounded up', () => {
    const rules = rulesWith({ quorumReporters: 2, quorumShare: 0.1 })
    const least = (live: number) => [1, 2, 3, 4, 5].find((reporters) => hasQuorum(reporters, live, rules))
    expect([0, 1, 20, 21, 30, 31].map(least)).toEqual([2, 2, 2, 3, 3, 4])
  })

  it('a rate is reached when it is met, the failure rate before the slow one', () => {
    const rules = rulesWith({ failureRate: 0.5, slowRate: 0.5 })
    expect(reachedRate({ calls: 4, failures: 2, slow: 4 }, rules)).toEqual({ reason: 'failureRate', rate: 0.5 })
    expect(reachedRate({ calls: 4, failures: 1, slow: 2 }, rules)).toEqual({ reason: 'slowCallRate', rate: 0.5 })
    expect(reachedRate({ calls: 4, failures: 1, slow: 1 }, rules)).toBeNull()
    expect(reachedRate({ calls: 0, failures: 0, slow: 0 }, rules)).toBeNull()
  })

  it('have one digest for equal rules, and another for any others', () => {
    const digests = [rulesWith(), rulesWith(), rulesWith({ jitter: 0.1 }), rulesWith({ slowRate: 1 })].map(
      (rules) => packRules(rules).digest,
    )
    expect(digests[0]).toMatch(/^[0-9a-f]{8}$/)
    expect(new Set(digests).size).toBe(3)
    expect(digests[0]).toBe(digests[1])
  })

  it.each([
    [{ quorumReporters: -1 }, 'rules.quorumReporters: expected a whole number from 1'],
    [{ quorumShare: 1.1 }, 'rules.quorumShare: expected a share from 0 to 1'],
    [{ failureRate: 0 }, 'rules.failureRate: expected a share above 0'],
    [{ windowMs: 1.5 }, 'rules.windowMs: expected whole milliseconds'],
    [{ maxOpenMs: 1 }, 'rules.maxOpenMs: expected at least openTimeoutMs'],
    [{ backoffFactor: Number.NaN }, 'rules.backoffFactor: expected a number from 1'],
    [{ quorum: 2 }, 'rules.quorum: expected one of'],
    [{ jitter: undefined }, 'rules.jitter: expected a share from 0 to 1, received undefined'],
  ])('%o are refused', (more, message) => {
    expect(() => checkRules('rules', rulesWith(more as never))).toThrow(message)
  })
})

describe('the shared name of an endpoint', () => {
  it('is the name itself while it is short, is never longer than 128 bytes, and is its own shared name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (name) => {
        const shared = sharedName(name)
        expect(Buffer.byteLength(shared)).toBeLessThanOrEqual(128)
        expect(sharedName(shared)).toBe(shared)
        if (name !== '' && Buffer.from(name).toString() === name && Buffer.byteLength(name) <= 128)
          expect(shared).toBe(name)
      }),
    )
  })

  it('is another for another name, also where both are long or broken', () => {
    const names = ['', '\ud800', '\ud801', '\ufffd', `${'x'.repeat(200)}1`, `${'x'.repeat(200)}2`]
    // As a store gets them: in UTF-8.
    const sent = names.map((name) => Buffer.from(sharedName(name)).toString())
    expect(new Set(sent).size).toBe(names.length)
  })
})

describe('what time a store has', () => {
  it('is learnt from any answer at first, then only from those within the deadline', () => {
    const time = newServerTime(150)
    expect(time.at(0)).toBeUndefined()
    time.learn(0, 3_000, 10_000)
    expect(time.at(3_000)).toBe(11_500)
    time.learn(4_000, 4_100, 11_050)
    expect(time.at(5_000)).toBe(12_000)
    time.learn(5_000, 8_000, 99_000)
    expect(time.at(8_000)).toBe(15_000)
  })
})
