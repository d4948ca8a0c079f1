// The statechart of a recovery alone: whatever happens to its breaker, and whatever a check comes to, in virtual time.
import { describe, expect, it } from 'vitest'
import { createActor } from 'xstate'
import { type RecoveryEvent, type RecoveryRequest, type RecoveryRules, recoveryMachine } from '../../machines/index.ts'
import type { BreakerState } from '../../src/index.ts'
import { createVirtualClock, generateMachinePaths, uncoveredTransitions } from '../../src/testing/index.ts'

const RULES: RecoveryRules = {
  initialDelayMs: 1_000,
  factor: 2,
  maxDelayMs: 60_000,
  jitter: 0,
  checkTimeoutMs: 5_000,
  probe: 'calls',
}
const STATES = ['closed', 'open', 'halfOpen', 'forcedOpen', 'disabled'] as const

function start(rules: Partial<RecoveryRules> = {}, state: BreakerState = 'closed', seed = 1) {
  const clock = createVirtualClock()
  const actor = createActor(recoveryMachine, {
    clock: clock as never,
    input: { rules: { ...RULES, ...rules }, seed, state },
  })
  /** As `check 1`, `over 1`, `time up 1`, `recover 1`, `passed 1`, `failed 1`. */
  const asked: string[] = []
  actor.on('*', (request) => asked.push(inWords(request)))
  actor.start()
  return {
    clock,
    asked,
    move: (to: BreakerState) => actor.send({ type: 'moved', state: to }),
    answer: (type: 'healthy' | 'unhealthy', check: number) => actor.send({ type, check }),
    value: () => actor.getSnapshot().value,
    setbacks: () => actor.getSnapshot().context.setbacks,
    /** How long until it checks, from now. */
    waits(): number {
      const from = clock.now()
      const [dueAt = Number.NaN] = clock.pending
      return dueAt - from
    },
  }
}

function inWords(request: RecoveryRequest): string {
  if (request.type === 'over') return `${request.timedOut ? 'time up' : 'over'} ${request.check}`
  if (request.type === 'report') return `${request.passed ? 'passed' : 'failed'} ${request.check}`
  return `${request.type} ${request.check}`
}

/** Answers are offered to the first few checks only: a context without end cannot be explored. */
const ANSWERED = 4
const eventsOf = ({ context: { checks } }: { context: { checks: number } }): RecoveryEvent[] => {
  const answers = [checks, checks - 1].flatMap((check): RecoveryEvent[] => [
    { type: 'healthy', check },
    { type: 'unhealthy', check },
  ])
  return [...STATES.map((state) => ({ type: 'moved', state }) as const), ...(checks > ANSWERED ? [] : answers)]
}

function pathsWhere(probe: RecoveryRules['probe']) {
  const rules = { ...RULES, maxDelayMs: 4_000, probe }
  return STATES.flatMap((state) =>
    generateMachinePaths(recoveryMachine, {
      events: eventsOf,
      input: { rules, seed: 1, state },
      stateKey: ({ value, context: { checks, setbacks, state: known } }) =>
        JSON.stringify([value, known, Math.min(ANSWERED + 1, checks), Math.min(3, setbacks)]),
    }).map((path) => ({ ...path, rules, state })),
  )
}

it('the paths of a recovery take every transition but those into a state of the breaker that is known', () => {
  const uncovered = uncoveredTransitions(recoveryMachine, [...pathsWhere('calls'), ...pathsWhere('healthCheck')])
  expect(uncovered.toSorted()).toEqual([
    'checking --moved [2]--> waiting',
    'probing.checking --moved [3]--> probing',
    'probing.checking --moved [4]--> trial',
    'probing.pausing --moved [3]--> probing',
    'probing.pausing --moved [4]--> trial',
    'recovering --moved [2]--> waiting',
    'trial --moved [3]--> probing',
    'trial --moved [4]--> trial',
    'waiting --moved [2]--> waiting',
  ])
})

describe.each(['calls', 'healthCheck'] as const)('the statechart of a recovery where probes are %s', (probe) => {
  const paths = pathsWhere(probe)

  it('does on a virtual clock what the paths say, and never leaves a timer where it has nothing to wait for', () => {
    expect(paths.flatMap(({ steps }) => steps).length).toBeGreaterThan(80)
    for (const { steps, title, rules, state } of paths) {
      const clock = createVirtualClock()
      const actor = createActor(recoveryMachine, { clock: clock as never, input: { rules, seed: 1, state } })
      let underWay: number | null = null
      actor.on('*', (request) => {
        if (request.type === 'check') {
          expect(underWay, `one check at a time, in ${title}`).toBeNull()
          underWay = request.check
        }
        if (request.type !== 'over') return
        expect(request.check, title).toBe(underWay)
        underWay = null
      })
      actor.start()
      for (const { step, says, expect: expected } of steps) {
        if ('pass' in step) clock.advance(step.pass)
        else actor.send(step.event as RecoveryEvent)
        const { value, context } = actor.getSnapshot()
        expect({ value, context }, `${says} in ${title}`).toEqual(expected)
        const rests = value === 'idle' || value === 'trial'
        expect(clock.pending.length, `timers after ${says} in ${title}`).toBe(rests ? 0 : 1)
        expect(underWay !== null, `a check after ${says} in ${title}`).toBe(JSON.stringify(value).includes('checking'))
      }
      actor.stop()
    }
  })

  it('comes back to idle from everywhere, when the breaker closes or is held', () => {
    for (const { steps, rules, state } of paths) {
      for (const end of ['closed', 'forcedOpen', 'disabled'] as const) {
        const recovery = start(rules, state)
        for (const { step } of steps) {
          if ('pass' in step) recovery.clock.advance(step.pass)
          else if (step.event.type === 'moved') recovery.move(step.event.state)
          else recovery.answer(step.event.type as 'healthy', (step.event as { check: number }).check)
        }
        recovery.move(end)
        expect([recovery.value(), recovery.setbacks(), recovery.clock.pending]).toEqual(['idle', 0, []])
      }
    }
  })
})

describe('a recovery', () => {
  it('takes up where the breaker is', () => {
    const starts = STATES.map((state) => [start({}, state).value(), start({ probe: 'healthCheck' }, state).value()])
    expect(starts).toEqual([
      ['idle', 'idle'],
      ['waiting', 'waiting'],
      ['trial', { probing: 'checking' }],
      ['idle', 'idle'],
      ['idle', 'idle'],
    ])
  })

  it('waits 1, 2, 4 … s between checks that fail, and at most a minute', () => {
    const { answer, asked, clock, move, waits } = start()
    move('open')
    const waited: number[] = []
    for (let check = 1; check <= 9; check++) {
      waited.push(waits())
      clock.advance(waits())
      answer('unhealthy', check)
    }
    expect(waited).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000])
    expect(asked.slice(0, 4)).toEqual(['check 1', 'over 1', 'check 2', 'over 2'])
  })

  it('takes a check for failed when its time is up, and hears no late answer', () => {
    const { answer, asked, clock, move, value, waits } = start()
    move('open')
    clock.advance(1_000)
    clock.advance(4_999)
    expect(value()).toBe('checking')
    clock.advance(1)
    expect(value()).toBe('waiting')
    expect(waits()).toBe(2_000)
    answer('healthy', 1)
    expect(value()).toBe('waiting')
    clock.advance(2_000)
    answer('healthy', 1)
    expect(value(), 'of an earlier check').toBe('checking')
    answer('healthy', 2)
    expect(value()).toBe('recovering')
    expect(asked).toEqual(['check 1', 'time up 1', 'check 2', 'over 2', 'recover 2'])
  })

  it('that is not heeded checks again', () => {
    const { answer, asked, clock, move, value } = start()
    move('open')
    clock.advance(1_000)
    answer('healthy', 1)
    clock.advance(1_000)
    expect(value()).toBe('checking')
    expect(asked).toEqual(['check 1', 'over 1', 'recover 1', 'check 2'])
  })

  it('leaves half-open to the calls where they probe; a reopening lengthens the wait', () => {
    const { answer, clock, move, value, waits } = start()
    move('open')
    clock.advance(1_000)
    answer('healthy', 1)
    move('halfOpen')
    expect([value(), clock.pending]).toEqual(['trial', []])
    move('open')
    expect(waits()).toBe(2_000)
  })

  it('goes on checking while half-open where checks probe, and reports each', () => {
    const { answer, asked, clock, move, value, waits } = start({ probe: 'healthCheck' })
    move('open')
    clock.advance(1_000)
    answer('healthy', 1)
    move('halfOpen')
    expect(value()).toEqual({ probing: 'checking' })
    answer('healthy', 2)
    expect([value(), waits()]).toEqual([{ probing: 'pausing' }, 1_000])
    clock.advance(1_000)
    answer('unhealthy', 3)
    clock.advance(1_000)
    clock.advance(5_000)
    expect(asked.slice(3)).toEqual([
      'check 2',
      'over 2',
      'passed 2',
      'check 3',
      'over 3',
      'failed 3',
      'check 4',
      'time up 4',
      'failed 4',
    ])
    move('closed')
    expect([value(), clock.pending]).toEqual(['idle', []])
  })

  it('checks at once when the open time is over and checks probe; the one under way is called off', () => {
    const { asked, clock, move, value } = start({ probe: 'healthCheck' })
    move('open')
    clock.advance(500)
    move('halfOpen')
    expect(value()).toEqual({ probing: 'checking' })
    move('open')
    clock.advance(2_000)
    move('halfOpen')
    expect(asked).toEqual(['check 1', 'over 1', 'check 2', 'over 2', 'check 3'])
  })

  it('starts its backoff over when the breaker closes by any way', () => {
    for (const way of [['halfOpen', 'closed'], ['closed'], ['disabled', 'closed'], ['forcedOpen']] as const) {
      const { answer, clock, move, waits } = start()
      move('open')
      for (const check of [1, 2, 3]) {
        clock.advance(waits())
        answer('unhealthy', check)
      }
      expect(waits()).toBe(8_000)
      for (const state of way) move(state)
      move('open')
      expect(waits(), way.join()).toBe(1_000)
    }
  })

  it('takes off a share of each wait up to its jitter, by the seed', () => {
    const firsts = Array.from({ length: 200 }, (_, seed) => start({ jitter: 0.2 }, 'open', seed).waits())
    expect(Math.min(...firsts)).toBeGreaterThan(800)
    expect(Math.max(...firsts)).toBeLessThanOrEqual(1_000)
    expect(Math.max(...firsts) - Math.min(...firsts), 'they spread').toBeGreaterThan(150)
    expect(start({ jitter: 0.2 }, 'open', 7).waits()).toBe(firsts[7])
    const { answer, clock, waits } = start({ jitter: 0.2, factor: 1 }, 'open')
    const waited = new Set<number>()
    for (let check = 1; check <= 20; check++) {
      waited.add(waits())
      clock.advance(waits())
      answer('unhealthy', check)
    }
    expect(waited.size, 'each has a jitter of its own').toBe(20)
  })
})
