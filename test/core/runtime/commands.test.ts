import { describe, expect, it } from 'vitest'
import type { Breaker } from '../../../src/index.ts'
import { acquire, fail, hold, rejected, succeed } from '../../support/calls.ts'
import { EVERY_WAY, hear, newBreaker, newHalfOpen } from '../../support/registries.ts'

const COMMANDS = {
  trip: 'open',
  reset: 'closed',
  isolate: 'forcedOpen',
  disable: 'disabled',
} as const

/** A breaker in each state, its permit held if it is half-open. */
const MADE_IN = {
  closed: newBreaker,
  open: (...args: Parameters<typeof newBreaker>) => commanded((breaker) => breaker.trip(), ...args),
  halfOpen: (...args: Parameters<typeof newBreaker>) => {
    const made = newHalfOpen(...args)
    acquire(made.breaker)
    return made
  },
  forcedOpen: (...args: Parameters<typeof newBreaker>) => commanded((breaker) => breaker.isolate(), ...args),
  disabled: (...args: Parameters<typeof newBreaker>) => commanded((breaker) => breaker.disable(), ...args),
}

function commanded(command: (breaker: Breaker) => void, ...args: Parameters<typeof newBreaker>) {
  const made = newBreaker(...args)
  command(made.breaker)
  return made
}

const STATES = Object.keys(MADE_IN) as (keyof typeof MADE_IN)[]

describe.each(EVERY_WAY)('commands, $way', ({ how }) => {
  for (const from of STATES) {
    for (const [command, to] of Object.entries(COMMANDS) as [keyof typeof COMMANDS, keyof typeof MADE_IN][]) {
      it(`${command} leads from ${from} to ${to}, twice is as once but for a new stay, and old timers are gone (R08)`, () => {
        const { breaker, clock } = MADE_IN[from]({}, how)
        expect(breaker.state).toBe(from)
        breaker[command]()
        expect(breaker.state).toBe(to)
        expect(clock.pending).toHaveLength(to === 'open' ? 1 : 0)
        const before = { ...breaker.stats(), pending: clock.pending }
        breaker[command]()
        const after = { ...breaker.stats(), pending: clock.pending }
        // A reset is a fresh start each time, and so is the open time of a trip: both begin a new generation.
        const isAnew = command === 'reset' || command === 'trip'
        expect(after).toEqual({ ...before, generation: before.generation + (isAnew ? 1 : 0) })
      })
    }

    it(`probe ${from === 'open' ? 'makes it half-open at once' : 'changes nothing'} when ${from} (R08)`, async () => {
      const { breaker, clock } = MADE_IN[from]({}, how)
      const before = { ...breaker.stats(), pending: clock.pending }
      breaker.probe('the health check passed')
      if (from === 'open') {
        const { state, reason, generation } = breaker.stats()
        const told = { type: 'probeRequested', message: 'the health check passed' }
        expect({ state, reason, pending: clock.pending }).toEqual({ state: 'halfOpen', reason: told, pending: [] })
        expect(generation).toBe(before.generation + 1)
        await succeed(breaker)
        await succeed(breaker)
        expect(breaker.state).toBe('closed')
      } else expect({ ...breaker.stats(), pending: clock.pending }).toEqual(before)
    })

    const enabled = from === 'forcedOpen' || from === 'disabled'
    it(`enable ${enabled ? 'closes' : 'changes nothing'} when ${from} (R08)`, () => {
      const { breaker, clock } = MADE_IN[from]({}, how)
      const before = { ...breaker.stats(), pending: clock.pending }
      breaker.enable()
      if (enabled) expect(breaker.state).toBe('closed')
      else expect({ ...breaker.stats(), pending: clock.pending }).toEqual(before)
      breaker.enable()
      expect(breaker.state).toBe(enabled ? 'closed' : from)
    })
  }

  it('trip gives its reason, and probes after the open time (R08)', async () => {
    const { breaker, clock } = newBreaker({ successThreshold: 1 }, how)
    breaker.trip('maintenance')
    expect((await rejected(breaker)).reason).toEqual({ type: 'tripped', message: 'maintenance' })
    clock.advance(30_000)
    await succeed(breaker)
    expect(breaker.state).toBe('closed')
  })

  it('isolate rejects for ever, and nobody knows for how long (R08)', async () => {
    const { breaker, clock } = newBreaker({}, how)
    breaker.isolate()
    clock.advance(10 ** 9)
    expect(breaker.allows()).toBe(false)
    const error = await rejected(breaker)
    expect(error).toMatchObject({ state: 'forcedOpen', reason: { type: 'isolated' }, retryAfterMs: undefined })
    expect(breaker.stats().retryAfterMs).toBeNull()
    breaker.recordFailure()
    breaker.recordSuccess()
    expect(breaker.state).toBe('forcedOpen')
  })

  it('disable admits and counts everything and never opens (R08)', async () => {
    const { breaker } = newBreaker({ failureThreshold: 1 }, how)
    breaker.disable()
    await fail(breaker, 20)
    await succeed(breaker)
    breaker.recordFailure()
    expect(breaker.stats()).toMatchObject({ state: 'disabled', calls: { allowed: 21, failed: 21, succeeded: 1 } })
  })

  it('what failed while disabled is no evidence once enabled (R08)', async () => {
    const { breaker } = newBreaker({ failureThreshold: 2 }, how)
    await fail(breaker)
    breaker.disable()
    await fail(breaker, 5)
    breaker.enable()
    await fail(breaker)
    expect(breaker.state).toBe('closed')
    await fail(breaker)
    expect(breaker.state).toBe('open')
  })

  it('reset clears the evidence, not the counts (R08)', async () => {
    const { breaker } = newBreaker({ failureThreshold: 3 }, how)
    await fail(breaker, 2)
    breaker.reset()
    expect(breaker.stats()).toMatchObject({ consecutiveFailures: 0, calls: { failed: 2 } })
    await fail(breaker, 2)
    expect(breaker.state).toBe('closed')
  })

  it('tells each transition with its reason, also to open or close once more, and nothing where nothing was to be done (R08, R18, R60)', () => {
    const { breaker, registry } = newBreaker({}, how)
    const transitions = hear(registry, 'transition')
    breaker.enable()
    breaker.reset()
    breaker.trip('x')
    breaker.trip('y')
    breaker.isolate()
    breaker.disable()
    breaker.enable()
    expect(transitions.map(({ from, to, reason }) => [from, to, reason.type])).toEqual([
      ['closed', 'closed', 'reset'],
      ['closed', 'open', 'tripped'],
      ['open', 'open', 'tripped'],
      ['open', 'forcedOpen', 'isolated'],
      ['forcedOpen', 'disabled', 'disabled'],
      ['disabled', 'closed', 'enabled'],
    ])
  })

  it('a command that changes nothing leaves the evidence (R08)', async () => {
    const { breaker } = newBreaker({ failureThreshold: 3 }, how)
    expect(breaker.actor).not.toBeNull()
    await fail(breaker, 2)
    breaker.enable()
    expect(breaker.stats().consecutiveFailures).toBe(2)
    await fail(breaker)
    expect(breaker.state).toBe('open')
  })

  it('a command ends a stall: what was overdue happens first (R05)', () => {
    const { breaker, clock, registry } = newBreaker({}, how)
    const transitions = hear(registry, 'transition')
    breaker.trip()
    clock.stall(30_000)
    breaker.reset()
    clock.advance(60_000)
    expect(transitions.map(({ to }) => to)).toEqual(['open', 'halfOpen', 'closed'])
    expect(breaker.state).toBe('closed')
  })

  it('a generation only ever grows, one for each stay (R22)', () => {
    const { breaker, clock } = newBreaker({}, how)
    const generations = [breaker.generation]
    const steps = [
      () => breaker.trip(),
      () => clock.advance(30_000),
      () => breaker.isolate(),
      () => breaker.disable(),
      () => breaker.reset(),
      () => breaker.reset(),
    ]
    for (const step of steps) {
      step()
      generations.push(breaker.generation)
    }
    expect(generations).toEqual([0, 1, 2, 3, 4, 5, 6])
  })

  it('a call in flight keeps its own signal when its breaker is tripped (R08)', async () => {
    const { breaker } = newBreaker({}, how)
    const call = hold(breaker, { timeout: '1m' })
    breaker.isolate()
    expect(call.context?.signal.aborted).toBe(false)
    await call.succeed('done')
    await expect(call.ended).resolves.toBe('done')
  })
})

describe('a trip for a time of its own', () => {
  it.each(EVERY_WAY)('opens for so long, and the next one for as long as the policy says, $way (R08)', ({ how }) => {
    const { breaker, clock } = newBreaker({ openTimeout: '30s' }, how)
    breaker.trip('the server asks for it', { openTimeout: '2m' })
    expect(breaker.stats()).toMatchObject({ state: 'open', retryAfterMs: 120_000 })
    clock.advance(119_999)
    expect(breaker.state).toBe('open')
    clock.advance(1)
    expect(breaker.state).toBe('halfOpen')
    breaker.trip()
    expect(breaker.stats().retryAfterMs).toBe(30_000)
  })

  it.each(EVERY_WAY)(
    'starts the time of an open one again, with its own time and reason, $way (R18)',
    async ({ how }) => {
      const { breaker, registry, clock } = newBreaker({ openTimeout: '30s' }, how)
      const transitions = hear(registry, 'transition')
      breaker.trip('the disk is full')
      const { generation, openedAt } = breaker.stats()
      expect((await rejected(breaker)).reason).toMatchObject({ message: 'the disk is full' })
      clock.advance(10_000)
      breaker.trip('until the restore is through', { openTimeout: '1h' })
      expect(breaker.stats()).toMatchObject({
        state: 'open',
        openedAt,
        generation: generation + 1,
        retryAfterMs: 3_600_000,
      })
      const error = await rejected(breaker)
      expect(error).toMatchObject({ retryAfterMs: 3_600_000, reason: { message: 'until the restore is through' } })
      expect(transitions.at(-1)).toMatchObject({
        from: 'open',
        to: 'open',
        generation: generation + 1,
        reason: { type: 'tripped', message: 'until the restore is through' },
        at: clock.now(),
      })
      clock.advance('1h')
      expect(breaker.state).toBe('halfOpen')
      expect(breaker.stats().timeInState.open).toBe(3_610_000)
    },
  )

  it.each(EVERY_WAY)(
    'may end an open time sooner, or give it the policy’s, without a longer backoff, $way (R18)',
    ({ how }) => {
      const { breaker, clock } = newBreaker({ openTimeout: '30s', backoff: { factor: 2, max: '10m', jitter: 0 } }, how)
      breaker.trip('maintenance', { openTimeout: '1h' })
      breaker.trip('soon over', { openTimeout: '1m' })
      expect(breaker.stats().retryAfterMs).toBe(60_000)
      breaker.trip()
      expect(breaker.stats().retryAfterMs).toBe(30_000)
      expect(clock.pending).toEqual([clock.now() + 30_000])
    },
  )

  it.each(EVERY_WAY)('is told of once, and not by a crash of the open breaker, $way (R18)', ({ how }) => {
    const { breaker, registry } = newBreaker({}, how)
    const transitions = hear(registry, 'transition')
    breaker.trip('maintenance', { openTimeout: '1h' })
    breaker.actor?.send({ type: 'xstate.error.actor.test', error: new Error('crash') } as never)
    expect(breaker.stats()).toMatchObject({ generation: 2, retryAfterMs: 3_600_000 })
    expect(transitions).toHaveLength(1)
  })

  it('may be shorter than the policy’s, and is kept by a snapshot (R25)', () => {
    const { breaker, registry } = newBreaker({ openTimeout: '30s' })
    breaker.trip('soon', { openTimeout: 5 })
    expect(registry.snapshot().breakers[0]).toMatchObject({ remainingMs: 5 })
  })

  it('refuses what is no time (R50)', () => {
    const { breaker } = newBreaker()
    expect(() => breaker.trip('x', { openTimeout: '2 weeks' as never })).toThrow(/a duration above 0/)
    expect(() => breaker.trip('x', { timeout: 1 } as never)).toThrow(/openTimeout/)
    expect(() => breaker.trip('x', null as never)).toThrow(/an object/)
    expect(breaker.state).toBe('closed')
  })
})
