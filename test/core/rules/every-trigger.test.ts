// Every trigger of the table: it fires in each way that a breaker is driven, and nobody who shows, saves or explains it has forgotten it.
import { describe, expect, it } from 'vitest'
import { OPTION_KINDS } from '../../../src/core/options/option-kinds.ts'
import { OPTION_TEXTS } from '../../../src/core/options/texts/index.ts'
import {
  addFailure,
  addSlow,
  addSuccess,
  copyEvidence,
  datesSuccesses,
  expireEvidence,
  firedTrigger,
  firedWithoutFailure,
  keepsSuccesses,
  newEvidence,
  TRIGGER_REASONS,
  TRIGGERS,
  type TriggerName,
  timesCalls,
} from '../../../src/core/rules/triggers/index.ts'
import type { Needs } from '../../../src/core/rules/triggers/trigger.ts'
import {
  createRegistry,
  describeReason,
  type PolicyOptions,
  type Reason,
  type RegistrySnapshot,
  resolvePolicy,
} from '../../../src/index.ts'
import { explainPolicy, policyWarnings } from '../../../src/observe/explain/index.ts'
import { newBreaker, recordFailure, recordSuccess } from '../../../src/pure.ts'
import { createVirtualClock, generatePaths } from '../../../src/testing/index.ts'

/** A policy with each of them, and no other: it fires at its third call at the latest, all of them marked. */
const POLICIES: { readonly [N in TriggerName]: PolicyOptions } = {
  failures: { failureThreshold: 3 },
  failureRate: { failureThreshold: null, failureRate: { threshold: 1, minimumCalls: 3, window: { time: '10s' } } },
  slowCalls: {
    failureThreshold: null,
    slowCalls: { slowerThan: '1s', threshold: 1, minimumCalls: 3, window: { time: '10s' } },
  },
}
const LONG_MS = 1_500

const cases = Object.entries(POLICIES).map(([name, options]) => {
  const policy = resolvePolicy(options)
  const trigger = TRIGGERS[name as TriggerName]
  return { name: name as TriggerName, trigger, policy, needs: trigger.needs(policy) as Needs }
})
type Case = (typeof cases)[number]

function breakerOf({ name }: Case, folding = true, snapshot?: RegistrySnapshot) {
  const clock = createVirtualClock()
  const registry = createRegistry({ policy: POLICIES[name], clock, folding, ...(snapshot && { snapshot }) })
  return { clock, registry, breaker: registry.breaker('a') }
}

/** Reports that count against the endpoint for this trigger. */
function mark({ needs }: Case, { breaker }: Pick<ReturnType<typeof breakerOf>, 'breaker'>): void {
  if (needs.mark === 'fail') breaker.recordFailure()
  else breaker.recordSuccess(LONG_MS)
}

const isOwn = ({ trigger }: Case, reason: Reason | null) =>
  reason !== null && Object.hasOwn(trigger.REASONS, reason.type)

describe.each(cases)('the trigger $name', (it_) => {
  const { name, trigger, policy, needs } = it_

  it('is alone in its policy, and off in one without it', () => {
    expect(needs.calls).toBe(3)
    const others = Object.values(TRIGGERS).filter((other) => other !== trigger)
    for (const other of others) expect(other.needs(policy)).toBe(null)
    const off = resolvePolicy({ failureThreshold: null })
    if (name === 'failures') expect(trigger.needs(resolvePolicy())).not.toBe(null)
    expect(trigger.needs(off)).toBe(null)
    expect(policyWarnings(off)).toEqual([
      expect.stringMatching(new RegExp(`nothing opens it by itself: .*${trigger.OPTION}`)),
    ])
    expect(policyWarnings(policy)).not.toContainEqual(expect.stringContaining('nothing opens it'))
  })

  it.each([true, false])('opens in the runtime, with folding: %s (R12)', (folding) => {
    const driven = breakerOf(it_, folding)
    for (let call = 0; call < 2; call++) mark(it_, driven)
    expect(driven.breaker.state).toBe('closed')
    mark(it_, driven)
    expect(driven.breaker.state).toBe('open')
    expect(isOwn(it_, driven.breaker.stats().reason)).toBe(true)
  })

  it('opens calls that are made, not reported (R12)', async () => {
    const { clock, breaker } = breakerOf(it_)
    for (let call = 0; call < 3 && breaker.state === 'closed'; call++) {
      const made = breaker.call(async () => {
        if (needs.mark === 'slow') clock.advance(LONG_MS)
        else throw new Error('down')
      })
      await made.catch(() => {})
    }
    expect(breaker.state).toBe('open')
  })

  it('opens in the pure layer (R12)', () => {
    let breaker = newBreaker(policy)
    for (let call = 0; call < 3; call++) {
      breaker =
        needs.mark === 'fail'
          ? recordFailure(breaker, policy, call)
          : recordSuccess(breaker, policy, call, { durationMs: LONG_MS })
    }
    expect(breaker.state).toBe('open')
    expect(isOwn(it_, breaker.reason)).toBe(true)
  })

  it('tells its reasons in words that are more than a type', () => {
    const driven = breakerOf(it_)
    for (let call = 0; call < 3; call++) mark(it_, driven)
    const { reason } = driven.breaker.stats()
    expect(reason && describeReason(reason)).toMatch(/3.*threshold|threshold.*3|100%/)
    for (const type of Object.keys(trigger.REASONS)) expect(TRIGGER_REASONS).toHaveProperty(type)
  })

  it('is asked and told by a call as it would be by itself', () => {
    const [together, alone] = [newEvidence(policy, 0), newEvidence(policy, 0)]
    const isSame = (now: number) => {
      expect(trigger.save(copyEvidence(together), policy, now)).toEqual(trigger.save(copyEvidence(alone), policy, now))
      expect(firedTrigger(together, policy, now)).toEqual(trigger.fired(alone, policy, now))
      if (trigger.keepsSuccesses(policy)) {
        expect(firedWithoutFailure(together, policy)).toEqual(trigger.fired(alone, policy, now))
      }
    }
    for (let now = 0; now < 4; now++) {
      addFailure(together, policy, now, LONG_MS)
      trigger.addFailure(alone, policy, now, LONG_MS, false)
      isSame(now)
    }
    addSlow(together, policy, 5)
    trigger.addSlow?.(alone, policy, 5)
    isSame(5)
    addSuccess(together, policy, 6, 1)
    trigger.addSuccess(alone, policy, 6, 1, false)
    isSame(6)
    expireEvidence(together, policy, 20_000)
    trigger.expire?.(alone, policy, 20_000)
    expect(trigger.windowIn?.(together)).toEqual(trigger.windowIn?.(alone))
    expect(datesSuccesses(policy)).toBe(trigger.datesSuccesses(policy))
    expect(keepsSuccesses(policy)).toBe(trigger.keepsSuccesses(policy))
    expect(timesCalls(policy)).toBe(trigger.timesCalls?.(policy) ?? false)
  })

  it('goes on from a snapshot, and from its reason in one (R25)', () => {
    const driven = breakerOf(it_)
    for (let call = 0; call < 2; call++) mark(it_, driven)
    const closed = breakerOf(it_, true, JSON.parse(JSON.stringify(driven.registry.snapshot())))
    expect(closed.breaker.evidence()[name]).toEqual(driven.breaker.evidence()[name])
    mark(it_, closed)
    expect(closed.breaker.state).toBe('open')
    const open = breakerOf(it_, true, JSON.parse(JSON.stringify(closed.registry.snapshot())))
    expect(open.breaker.stats().reason).toEqual(closed.breaker.stats().reason)
  })

  it('keeps its evidence under a policy that is the same for it, and loses it by a reset (R21)', () => {
    for (const folding of [true, false]) {
      const driven = breakerOf(it_, folding)
      for (let call = 0; call < 2; call++) mark(it_, driven)
      const before = driven.breaker.evidence()[name]
      driven.registry.configure('a', { ...POLICIES[name], openTimeout: '7s' })
      expect(driven.breaker.evidence()[name]).toEqual(before)
      driven.breaker.reset()
      expect(driven.breaker.evidence()[name]).toEqual(breakerOf(it_).breaker.evidence()[name])
      mark(it_, driven)
      expect(driven.breaker.state).toBe('closed')
    }
  })

  it('has evidence whose copy is its own', () => {
    const evidence = newEvidence(policy, 0)
    const copy = copyEvidence(evidence)
    trigger.addFailure(evidence, policy, 0, LONG_MS, false)
    expect(copy).toEqual(newEvidence(policy, 0))
    expect(evidence).not.toEqual(copy)
  })

  it('forgets what is out of a window of time, whoever looks (R13)', () => {
    if (needs.window === null) return
    const driven = breakerOf(it_)
    for (let call = 0; call < 2; call++) mark(it_, driven)
    driven.clock.advance(20_000)
    mark(it_, driven)
    expect(driven.breaker.state).toBe('closed')
    driven.clock.advance(20_000)
    driven.breaker.stats()
    expect(trigger.report(newEvidence(policy, 0), policy, 0)).toEqual(breakerOf(it_).breaker.evidence()[name])
    expect(JSON.stringify(driven.breaker.evidence()[name])).not.toMatch(/"(marked|count)":[1-9]/)
  })

  it('is an option with a text, which says more than none', () => {
    expect(Object.keys(OPTION_KINDS)).toContain(trigger.OPTION)
    expect(Object.keys(OPTION_TEXTS)).toContain(trigger.OPTION)
    const told = explainPolicy(policy).find(({ setting }) => setting === trigger.OPTION)
    expect(told?.value).toMatch(/3|100/)
  })

  it('is met by generated paths (R12)', () => {
    const opened = generatePaths(POLICIES[name], { maxInFlight: 1 }).some(({ steps }) =>
      steps.some(
        ({ expect: { state }, taken }) =>
          state === 'open' && taken.some((label) => /^closed --(fail|succeed|slow)/.test(label)),
      ),
    )
    expect(opened).toBe(true)
  })
})

it('every trigger of the table has a policy here', () => {
  expect(Object.keys(POLICIES).sort()).toEqual(Object.keys(TRIGGERS).sort())
})
