// What a dialog says of a command: what goes through then, by the fleet above the breaker and the slots behind it.
import { describe, expect, it } from 'vitest'
import { consequenceOf } from '../../../src/observe/dashboard/page/controls/consequence.ts'
import { COMMANDS } from '../../../src/observe/dashboard/protocol.ts'

const FREE = { override: null, bulkhead: { inFlight: 1, queued: 0, slots: 3, mayWait: 0 } }
const FULL = { override: null, bulkhead: { inFlight: 3, queued: 0, slots: 3, mayWait: 0 } }
const fleet = (state: 'open' | 'halfOpen' | 'forcedOpen', share = 0) => ({
  override: { state, reason: 'the fleet: 75% failures', retryAfterMs: null, share },
  bulkhead: null,
})

describe('what goes through after a command', () => {
  it.each([
    ['trip', 'Every call is rejected.'],
    ['probe', 'Probes go through.'],
    ['reset', 'Calls go through.'],
    ['isolate', 'Every call is rejected.'],
    ['disable', 'Calls go through.'],
    ['enable', 'Calls go through.'],
  ] as const)('%s: %s (R63)', (command, words) => {
    expect(consequenceOf(command, FREE)).toEqual({ words, isHeld: false })
    expect(consequenceOf(command, fleet('halfOpen', 1)).words).toBe(words)
  })

  it.each(['probe', 'reset', 'enable'] as const)('%s lets nothing through that the fleet rejects (R63)', (command) => {
    for (const state of ['open', 'halfOpen', 'forcedOpen'] as const) {
      const { words, isHeld } = consequenceOf(command, fleet(state))
      expect(isHeld).toBe(true)
      expect(words).toMatch(/^But its fleet, (open|half-open|forced open) for it, lets no /)
      expect(words).toContain('75% failures')
    }
    expect(consequenceOf(command, fleet('halfOpen', 0.25)).words).toContain('lets 25% of')
  })

  it('disable asks no fleet, and has as many slots as before (R63)', () => {
    expect(consequenceOf('disable', fleet('open')).words).toBe('Calls go through.')
    expect(consequenceOf('disable', FULL).words).toContain('3 of 3 slots are taken')
  })

  it('is refused, or waits, where every slot is taken (R64)', () => {
    const taken = { inFlight: 1, queued: 1, slots: 1, mayWait: 1 }
    expect(consequenceOf('reset', { override: null, bulkhead: taken })).toEqual({
      words: 'But 1 of 1 slot is taken: until one is free, calls are refused.',
      isHeld: true,
    })
    expect(consequenceOf('reset', { override: null, bulkhead: { ...taken, mayWait: 2 } }).words).toContain('calls wait')
  })

  it('promises nothing before it is known what holds the endpoint (R63)', () => {
    for (const command of COMMANDS) expect(consequenceOf(command, null).words).not.toMatch(/go through\.$/)
  })
})
