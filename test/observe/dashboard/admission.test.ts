// What the page shows of an endpoint is what breaker.admission() says: every state of a breaker, under every override, with a
// bulkhead that is free, queued or full.
import { describe, expect, it } from 'vitest'
import {
  type Breaker,
  createRegistry,
  type Override,
  type PolicyOptions,
  type Reason,
  type Registry,
} from '../../../src/index.ts'
import { isOverridden, KINDS, kindOf, lookOf, nextOf, whyOf } from '../../../src/observe/dashboard/page/admission.ts'
import { COLUMN, readRow, type WireRow } from '../../../src/observe/dashboard/protocol.ts'
import { wireRow } from '../../../src/observe/dashboard/wire-row.ts'
import { createVirtualClock, type VirtualClock } from '../../../src/testing/index.ts'
import { afterwards } from './support/serving.ts'

interface World {
  readonly registry: Registry
  readonly breaker: Breaker
  readonly clock: VirtualClock
}

/** Calls that hold a slot while the breaker comes into its state. */
type Bulkhead = 'free' | 'queued' | 'full'

/** Its policy, and how it comes into the state; `holds`: so many of its calls stay in flight. */
interface Own {
  readonly policy?: PolicyOptions
  readonly holds?: number
  readonly enter: (world: World) => void
}

const OPEN_MS = 1_000
const halfOpen = ({ breaker, clock }: World) => {
  breaker.trip('as a test wants it')
  clock.advance(OPEN_MS)
}

const OWN: Readonly<Record<string, Own>> = {
  closed: { enter: () => {} },
  open: { enter: ({ breaker }) => breaker.trip('as a test wants it') },
  'half-open, its permit free': { enter: halfOpen },
  'half-open, its permit held': {
    holds: 1,
    enter(world) {
      halfOpen(world)
      expect(world.breaker.tryAcquire()).not.toBe(null)
    },
  },
  'half-open by reports': { policy: { probes: 'reports' }, enter: halfOpen },
  'on a ramp': {
    policy: { recoveryRamp: { duration: '1m', from: 0.2 } },
    enter(world) {
      halfOpen(world)
      world.breaker.recordSuccess()
    },
  },
  'forced open': { enter: ({ breaker }) => breaker.isolate() },
  disabled: { enter: ({ breaker }) => breaker.disable() },
}

const rates = { rate: 0.75, calls: 40, reporters: 3, version: 2, message: '' }
const reason: Reason = { type: 'fleet', decision: 'failureRate', ...rates }
const OVERRIDES: Readonly<Record<string, Override | null>> = {
  none: null,
  open: { state: 'open', reason, retryAfterMs: 5_000 },
  'half-open with a share': { state: 'halfOpen', reason, share: 0.25 },
  'half-open, others probe': { state: 'halfOpen', reason, retryAfterMs: 1 },
  'half-open with a probe': { state: 'halfOpen', reason, probe: () => () => {} },
  'forced open': { state: 'forcedOpen', reason },
}

const BULKHEADS: readonly Bulkhead[] = ['free', 'queued', 'full']

const CASES = Object.keys(OWN).flatMap((own) =>
  Object.keys(OVERRIDES).flatMap((override) => BULKHEADS.map((bulkhead) => ({ own, override, bulkhead }))),
)

function build({ own, override, bulkhead }: (typeof CASES)[number]): World {
  const clock = createVirtualClock()
  const registry = createRegistry({ clock, seed: 1 })
  afterwards(() => registry.close())
  const { policy, holds = 0, enter } = OWN[own] as Own
  const taken = bulkhead === 'free' ? 0 : 1
  const breaker = registry.breaker('mail', {
    ...{ openTimeout: OPEN_MS, successThreshold: 1, ...policy },
    ...{ maxConcurrent: bulkhead === 'free' ? 10 : taken + holds, maxQueued: bulkhead === 'queued' ? 3 : 0 },
  })
  for (let place = 0; place < taken; place++) expect(breaker.tryAcquire()).not.toBe(null)
  const world = { registry, breaker, clock }
  enter(world)
  breaker.override(OVERRIDES[override] ?? null)
  return world
}

/** As it arrives at a page. */
function sent({ breaker }: World): WireRow {
  return JSON.parse(JSON.stringify(wireRow('mail', breaker.stats())))
}

describe('what is shown of an endpoint', () => {
  it.each(CASES)('agrees with its admission: $own, fleet $override, bulkhead $bulkhead (R63)', (combination) => {
    const world = build(combination)
    const row = sent(world)
    const { reason: _, retryAfterMs, ...status } = world.breaker.admission()
    const shown = readRow(row)
    expect(shown.admission).toEqual(status.admits === 'all' ? null : status)
    expect(shown.retryAfterMs).toBe(retryAfterMs)
    expect(shown.concurrency).toEqual(world.breaker.stats().concurrency)

    const { kind, shape, isFleets, word } = lookOf(row)
    expect(kindOf(row)).toBe(kind)
    const isOwn = !isOverridden(row)
    if (status.admits === 'all') expect(['closed', 'disabled']).toContain(kind)
    else if (status.admits === 'some') expect(kind).toBe('some')
    else expect(['open', 'forcedOpen', 'full']).toContain(kind)
    // Green is that of closed alone, and so is its sign.
    expect(kind === 'closed').toBe(shape === 'closed' && !isFleets)
    expect(kind === 'closed').toBe(word === 'closed')
    expect(isFleets).toBe(status.refusedBy === 'fleet')
    expect(word.startsWith('fleet: ')).toBe(isFleets)
    expect(shape === 'full').toBe(status.refusedBy === 'bulkhead')
    expect(isOwn).toBe(status.refusedBy !== 'fleet' && status.refusedBy !== 'bulkhead')
    if (status.admits === 'all') expect(nextOf(row, retryAfterMs)).toBe('–')
    else {
      expect(nextOf(row, retryAfterMs)).not.toBe('–')
      expect(whyOf(row)).not.toBe(null)
    }
    if (!isOwn) expect(whyOf(row)).toBe(status.words)
  })

  it.each(CASES)(
    'is not green where no call is made: $own, fleet $override, bulkhead $bulkhead (R63)',
    (combination) => {
      const world = build(combination)
      const row = sent(world)
      const before = world.breaker.stats().calls.allowed
      for (let call = 0; call < 100; call++) world.breaker.tryAcquire()
      const isMade = world.breaker.stats().calls.allowed > before
      if (!isMade && row[COLUMN.admission]?.queue == null) expect(kindOf(row)).not.toMatch(/closed|disabled/)
      if (kindOf(row) === 'open' || kindOf(row) === 'forcedOpen' || kindOf(row) === 'full') expect(isMade).toBe(false)
    },
  )

  it('counts what its bulkhead refuses, and who is in it (R64)', async () => {
    const world = build({ own: 'closed', override: 'none', bulkhead: 'full' })
    for (let call = 0; call < 3; call++) await world.breaker.call(async () => 'no').catch(() => {})
    const { calls, concurrency } = readRow(sent(world))
    expect(calls).toMatchObject({ limited: 3, rejected: 0 })
    expect(concurrency).toEqual({ inFlight: 1, queued: 0 })
    expect(lookOf(sent(world))).toMatchObject({ kind: 'full', word: 'full' })
    expect(nextOf(sent(world), null)).toBe('1 in flight')
    expect(whyOf(sent(world))).toBe('1 of 1 calls are in flight')
  })

  it.each([
    ['open', 'none', 'open', 'probe in 1.0 s'],
    ['forced open', 'open', 'forced open', 'by hand'],
    ['half-open, its permit free', 'none', 'half-open', 'awaits a probe'],
    ['half-open, its permit held', 'none', 'half-open', 'probing'],
    ['half-open by reports', 'none', 'half-open', 'by reports'],
    ['on a ramp', 'none', 'ramping', 'admits 20%'],
    ['closed', 'open', 'fleet: open', 'probe in 5.0 s'],
    ['closed', 'half-open with a share', 'fleet: half-open', 'admits 25%'],
    ['closed', 'half-open, others probe', 'fleet: half-open', 'others probe'],
    ['closed', 'half-open with a probe', 'fleet: half-open', 'awaits a probe'],
    ['closed', 'forced open', 'fleet: forced open', 'by hand'],
    ['disabled', 'open', 'disabled', '–'],
  ])('says how it is and what comes next: %s, fleet %s: %s, %s (R63)', (own, override, word, next) => {
    const world = build({ own, override, bulkhead: 'free' })
    const row = sent(world)
    expect(lookOf(row).word).toBe(word)
    expect(nextOf(row, row[COLUMN.retryAfterMs])).toBe(next)
  })

  it('half-open that admits nobody is red, and says so (R65)', () => {
    const row = sent(build({ own: 'half-open by reports', override: 'none', bulkhead: 'free' }))
    expect(lookOf(row)).toMatchObject({ kind: 'open', shape: 'halfOpen', word: 'half-open' })
    expect(whyOf(row)).toContain('no call may probe')
  })

  it('of a ramp is in words more than half-open', () => {
    const row = sent(build({ own: 'on a ramp', override: 'none', bulkhead: 'free' }))
    expect(whyOf(row)).toContain('a growing share of calls')
  })

  it('puts what needs attention first at the front, and what is closed at the end', () => {
    expect(KINDS.map(({ key }) => key)).toEqual(['open', 'forcedOpen', 'full', 'some', 'disabled', 'closed'])
  })
})
