// What refuses calls besides the states of a breaker, in the log: its fleet, and its bulkhead, a line for a run of refusals.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Reason } from '../../../src/index.ts'
import { type LogOptions, logTransitions } from '../../../src/observe/logging/index.ts'
import { acquire, errorOf, rejected } from '../../support/calls.ts'
import { newHalfOpen, newRegistry } from '../../support/registries.ts'

const reason: Reason = {
  ...{ type: 'fleet', decision: 'failureRate', rate: 0.62, calls: 120, reporters: 5, version: 7, message: '' },
}
const FLEET = 'the fleet: 62% failures over 120 calls, seen by 5 processes (version 7)'

/** A log as [level, message] each. */
function newLines(registry: ReturnType<typeof newRegistry>['registry'], options?: LogOptions) {
  const lines: [string, string][] = []
  const fields: object[] = []
  const write = (level: string) => (message: string, given: object) => {
    lines.push([level, message])
    fields.push(given)
  }
  const logger = { info: write('info'), warn: write('warn'), error: write('error') }
  return { lines, fields, stop: logTransitions(registry, logger, options) }
}

describe('an override', () => {
  it('is one line as it comes and one as it goes, by what it refuses (R63)', () => {
    const { registry } = newRegistry()
    const breaker = registry.breaker('a')
    const { lines, fields } = newLines(registry)
    breaker.override({ state: 'open', reason })
    breaker.override({ state: 'open', reason, retryAfterMs: 5 })
    breaker.override({ state: 'halfOpen', reason })
    breaker.override({ state: 'open', reason })
    breaker.override({ state: 'halfOpen', reason, share: 0.5 })
    breaker.override(null)
    expect(lines).toEqual([
      ['warn', `circuit "a" is overridden as open: ${FLEET}; every call is refused by the fleet`],
      ['warn', `circuit "a" is overridden as halfOpen: ${FLEET}; every call is refused by the fleet`],
      ['warn', `circuit "a" is overridden as open: ${FLEET}; every call is refused by the fleet`],
      ['info', `circuit "a" is overridden as halfOpen: ${FLEET}; some calls are refused by the fleet`],
      ['info', 'circuit "a" is overridden no more'],
    ])
    expect(fields[0]).toMatchObject({ event: 'overridden', endpoint: 'a', state: 'open', reason, admits: 'none' })
  })

  it('that is left when a breaker closes is said: it is no way through (R63)', () => {
    const { registry } = newRegistry()
    const breaker = registry.breaker('a')
    breaker.trip()
    breaker.override({ state: 'open', reason })
    const { lines, fields } = newLines(registry)
    breaker.reset()
    expect(lines).toEqual([['warn', 'circuit "a" is closed, was open: reset; every call is refused by the fleet']])
    expect(fields).toMatchObject([{ to: 'closed', admits: 'none', refusedBy: 'fleet' }])
  })

  it('that goes while the breaker is open lets no call through', () => {
    const { registry } = newRegistry()
    const breaker = registry.breaker('a')
    breaker.override({ state: 'open', reason })
    breaker.trip()
    const { lines } = newLines(registry)
    breaker.override(null)
    expect(lines).toEqual([['info', 'circuit "a" is overridden no more; every call is refused by the breaker']])
  })
})

it('half-open for reports alone is as bad as open (R65)', () => {
  const { registry, breaker, clock } = newHalfOpen({ probes: 'reports' })
  breaker.trip()
  const { lines } = newLines(registry)
  clock.advance(breaker.policy.openTimeoutMs)
  expect(lines).toEqual([
    ['warn', 'circuit "a" is halfOpen, was open: the open time has passed; every call is refused by the breaker'],
  ])
})

it('a transition that is over when it is told says nothing of the admission of its stay', () => {
  const { registry } = newRegistry()
  const breaker = registry.breaker('a')
  const { fields } = newLines(registry)
  registry.on('created', () => {
    breaker.trip()
    breaker.reset()
  })
  registry.breaker('b')
  expect(fields).toMatchObject([{ to: 'open' }, { to: 'closed', admits: 'all', refusedBy: null }])
  expect(fields[0]).not.toHaveProperty('admits')
})

describe('a bulkhead that refuses calls', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  function newFull(options?: LogOptions) {
    const made = newRegistry({ policies: { db: { maxConcurrent: 1 } } })
    const breaker = made.registry.breaker('db')
    const log = newLines(made.registry, options)
    return { ...made, ...log, breaker, permit: acquire(breaker) }
  }
  const BEGINS = ['warn', 'circuit "db" begins to refuse calls at its maxConcurrent: 1 in flight']

  it('is one line as it begins, and one when it has stopped, however many calls it refused (R64)', async () => {
    const { breaker, permit, lines, fields } = newFull()
    for (let call = 0; call < 997; call++) await errorOf(breaker.call(() => 'never'))
    expect(lines).toEqual([BEGINS])
    expect(fields).toMatchObject([{ event: 'limited', endpoint: 'db', generation: 0, inFlight: 1, queued: 0 }])
    vi.advanceTimersByTime(10_000)
    await rejected(breaker)
    permit.success()
    vi.advanceTimersByTime(10_000)
    expect(lines).toEqual([BEGINS])
    vi.advanceTimersByTime(10_000)
    const END = ['info', 'circuit "db" refuses no more calls at its maxConcurrent: it has refused 998']
    expect(lines).toEqual([BEGINS, END])
    expect(fields[1]).toMatchObject({ event: 'unlimited', endpoint: 'db', refused: 998 })
    const next = acquire(breaker)
    await rejected(breaker)
    expect(lines).toEqual([BEGINS, END, BEGINS])
    next.success()
    vi.advanceTimersByTime(20_000)
    expect(lines.at(-1)).toEqual(['info', 'circuit "db" refuses no more calls at its maxConcurrent: it has refused 1'])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('has not stopped because nobody comes', async () => {
    const { breaker, permit, lines } = newFull()
    await rejected(breaker)
    vi.advanceTimersByTime(60_000)
    expect(lines).toEqual([BEGINS])
    permit.success()
    vi.advanceTimersByTime(10_000)
    expect(lines).toHaveLength(2)
  })

  it('has its own level for the one, and that of closed for the other', async () => {
    const { breaker, permit, lines } = newFull({ levels: { limited: 'error', closed: null } })
    await rejected(breaker)
    permit.success()
    vi.advanceTimersByTime(20_000)
    expect(lines).toEqual([['error', BEGINS[1]]])
  })

  it('leaves no timer behind when the log ends, the breaker is deleted or the registry is closed', async () => {
    const ended = newFull()
    await rejected(ended.breaker)
    ended.stop()
    expect(vi.getTimerCount()).toBe(0)
    const deleted = newFull()
    await rejected(deleted.breaker)
    deleted.registry.delete('db')
    vi.advanceTimersByTime(20_000)
    expect(deleted.registry.has('db')).toBe(false)
    const closed = newFull()
    await rejected(closed.breaker)
    await closed.registry.close()
    vi.advanceTimersByTime(20_000)
    expect(vi.getTimerCount()).toBe(0)
    for (const { lines } of [ended, deleted, closed]) expect(lines).toEqual([BEGINS])
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('full')
      },
    ],
    ['rejects', () => Promise.reject(new Error('full'))],
  ])('harms nobody when the logger %s at its end', async (_, info) => {
    const { registry } = newRegistry({ policy: { maxConcurrent: 1 } })
    logTransitions(registry, { info, warn() {}, error() {} })
    const errors: unknown[] = []
    registry.on('error', ({ source, endpoint, error }) => errors.push([source, endpoint, String(error)]))
    const permit = acquire(registry.breaker('db'))
    await rejected(registry.breaker('db'))
    permit.success()
    vi.advanceTimersByTime(20_000)
    await Promise.resolve()
    expect(errors).toEqual([['listener', 'db', 'Error: full']])
  })
})
