// There are many ways to make a call. However it is made, it is counted and told alike: a table of the ways, and what must be
// so of each, under every kind of policy, whoever listens.
import diagnostics from 'node:diagnostics_channel'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { CallMessage, CallStats, Permit, PolicyOptions } from '../../src/index.ts'
import { createResource } from '../../src/resource/index.ts'
import { DOWN, promiseOf } from '../support/calls.ts'
import { newBreaker } from '../support/registries.ts'

type Work = () => Promise<unknown>
type Made = ReturnType<typeof newBreaker>

async function reported(permit: Permit | undefined, work: (permit: Permit) => Promise<unknown>): Promise<unknown> {
  if (permit === undefined) throw new Error('no permit')
  try {
    const value = await work(permit)
    permit.success()
    return value
  } catch (error) {
    permit.failure(error)
    throw error
  }
}

const WAYS: Record<string, (made: Made, work: Work) => Promise<unknown>> = {
  'registry.call': ({ registry }, work) => registry.call('a', work),
  'breaker.call': ({ breaker }, work) => breaker.call(work),
  'breaker.call with a signal': ({ breaker }, work) => breaker.call(work, { signal: new AbortController().signal }),
  'breaker.call with a timeout': ({ breaker }, work) => breaker.call(work, { timeout: '1h' }),
  'breaker.wrap': ({ breaker }, work) => breaker.wrap(work)(),
  'breaker.tryAcquire': ({ breaker }, work) => reported(breaker.tryAcquire(), work),
  'breaker.acquire': async ({ breaker }, work) => reported(await breaker.acquire(), work),
  'permit.run': ({ breaker }, work) => reported(breaker.tryAcquire(), (permit) => permit.run(work)),
  'resource.execute': ({ registry }, work) =>
    createResource({ name: 'a', resource: null, healthCheck: () => true, recovery: false, registry }).execute(work),
}

/** One for each path that a call may take, and each rule that looks at it. */
const POLICIES: Record<string, PolicyOptions> = {
  plain: { latencySampling: 0 },
  sampled: { latencySampling: 1 },
  'with a failure rate': { failureRate: { threshold: 1, minimumCalls: 100, window: { calls: 100 } } },
  'with a rule for slow calls': {
    slowCalls: { slowerThan: 100, threshold: 1, minimumCalls: 100, window: { calls: 100 } },
  },
  'with a bulkhead': { maxConcurrent: 2 },
  'with a classifier': { isFailure: (ended) => 'error' in ended },
}
const IGNORED = new Error('never mind')
const LATE = new DOMException('too long', 'TimeoutError')

interface End {
  readonly outcome: 'success' | 'failure' | 'timeout' | 'ignored'
  readonly error?: unknown
  readonly counters: Partial<CallStats>
}

/** What a call comes to, as the event, the channel and the counters name it. */
const ENDS: readonly End[] = [
  { outcome: 'success', counters: { succeeded: 1 } },
  { outcome: 'failure', error: DOWN, counters: { failed: 1 } },
  { outcome: 'timeout', error: LATE, counters: { failed: 1, timedOut: 1 } },
  { outcome: 'ignored', error: IGNORED, counters: { ignored: 1 } },
]

const LISTENING = ['nobody', 'a listener', 'the channel', 'both'] as const
const COUNTERS = {
  ...{ allowed: 1, rejected: 0, limited: 0, succeeded: 0, failed: 0, timedOut: 0, ignored: 0, late: 0, slow: 0 },
  fallbacks: 0,
}
const EVENTS = [
  'success',
  'failure',
  'timeout',
  'ignored',
  'late',
  'rejected',
  'limited',
  'nested',
  'fallback',
] as const

function listen({ registry }: Made, who: (typeof LISTENING)[number]) {
  const events: unknown[] = []
  const messages: CallMessage[] = []
  const ends: (() => void)[] = []
  if (who === 'a listener' || who === 'both') {
    for (const name of EVENTS) {
      const told = ({ at: _, durationMs: __, ...event }: { at?: number; durationMs?: number }) => ({ name, ...event })
      ends.push(registry.on(name, (event) => events.push(told(event as never))))
    }
  }
  if (who === 'the channel' || who === 'both') {
    const hear = (message: unknown) => messages.push(message as CallMessage)
    diagnostics.subscribe('switchgear:call', hear)
    ends.push(() => diagnostics.unsubscribe('switchgear:call', hear))
  }
  const end = () => {
    for (const one of ends.splice(0)) one()
  }
  // The channel is the process's: nothing may be left of it.
  onTestFinished(end)
  return { events, messages, end }
}

/** A call that took 7 ms, and what was told of it. `meanwhile` happens while it is in flight. */
async function call(
  way: keyof typeof WAYS,
  policy: PolicyOptions,
  who: (typeof LISTENING)[number],
  { error }: End,
  meanwhile: (made: Made) => void = () => {},
) {
  const made = newBreaker({
    ...policy,
    failureThreshold: null,
    // A classifier takes calls off the shorter ways: where it has nothing to say there is none.
    ...(error === IGNORED && { ignore: () => true }),
  })
  const heard = listen(made, who)
  const { promise, resolve, reject } = promiseOf<unknown>()
  const ended = WAYS[way]?.(made, () => promise).catch(() => {})
  await Promise.resolve()
  made.clock.advance(7)
  meanwhile(made)
  if (error === undefined) resolve('ok')
  else reject(error)
  await ended
  heard.end()
  return { ...made, ...heard, calls: made.breaker.stats().calls }
}

const cases = Object.keys(WAYS).flatMap((way) => LISTENING.map((who) => [way, who] as const))

describe.each(cases)('%s, heard by %s', (way, who) => {
  const isHeard = who === 'a listener' || who === 'both'
  const isOnChannel = who === 'the channel' || who === 'both'

  it.each(Object.entries(POLICIES))('counts once, and is told once: %s', async (_, policy) => {
    for (const end of ENDS) {
      const { outcome, counters } = end
      const { events, messages, calls, breaker, clock } = await call(way, policy, who, end)
      expect(calls).toEqual({ ...COUNTERS, ...counters })
      const error = 'error' in end && outcome !== 'ignored' ? { error: end.error } : {}
      expect(events).toEqual(isHeard ? [{ name: outcome, endpoint: 'a', generation: 0, ...error }] : [])
      const message = { endpoint: 'a', generation: 0, outcome, at: clock.now(), durationMs: 7 }
      expect(messages).toEqual(isOnChannel ? [message] : [])
      if (policy.latencySampling === 1) expect(breaker.stats().latency).toMatchObject({ samples: 1, max: 7 })
      // Nothing is in flight any more: not in the bulkhead, nor for the rule for slow calls.
      clock.advance('1h')
      expect(breaker.stats().calls.slow).toBe(0)
      expect(breaker.stats().concurrency?.inFlight ?? 0).toBe(0)
    }
  })

  it.each(Object.entries(POLICIES))('is late once its stay is over, and told as that: %s', async (_, policy) => {
    for (const end of ENDS) {
      const { events, messages, calls } = await call(way, policy, who, end, ({ breaker }) => breaker.reset())
      expect(calls).toEqual({ ...COUNTERS, late: 1 })
      const late = { endpoint: 'a', generation: 1, admittedIn: 0 }
      expect(events).toEqual(isHeard ? [{ name: 'late', ...late, outcome: end.outcome }] : [])
      expect(messages).toMatchObject(isOnChannel ? [{ ...late, outcome: 'late', result: end.outcome }] : [])
    }
  })

  it('is slow once, and not before', async () => {
    const policy = POLICIES['with a rule for slow calls'] ?? {}
    for (const end of ENDS.filter(({ outcome }) => outcome !== 'ignored')) {
      const inTime = await call(way, policy, who, end, ({ clock }) => clock.advance(93))
      expect(inTime.calls.slow).toBe(0)
      const slow = await call(way, policy, who, end, ({ clock }) => clock.advance(94))
      expect(slow.calls.slow).toBe(1)
      slow.clock.advance(1_000)
      expect(slow.breaker.stats().calls.slow).toBe(1)
      expect(slow.breaker.evidence().slowCalls).toMatchObject({ calls: 1, marked: 1 })
    }
  })

  it.each([
    ['rejected', ({ breaker }: Made): unknown => breaker.trip()],
    ['limited', ({ breaker }: Made): unknown => breaker.tryAcquire()],
  ] as const)('that is %s is counted and told once, and nothing is run', async (outcome, before) => {
    const made = newBreaker({ maxConcurrent: 1 })
    before(made)
    const heard = listen(made, who)
    let hasRun = false
    const work = async () => {
      hasRun = true
    }
    const error: unknown = await WAYS[way]?.(made, work).catch((thrown: unknown) => thrown)
    expect([hasRun, error]).toEqual([false, expect.any(Error)])
    expect(made.breaker.stats().calls).toMatchObject({ rejected: 0, limited: 0, [outcome]: 1, failed: 0 })
    expect(heard.events).toMatchObject(isHeard ? [{ name: outcome, endpoint: 'a' }] : [])
    const message = { endpoint: 'a', generation: made.breaker.generation, outcome, at: made.clock.now() }
    expect(heard.messages).toEqual(isOnChannel ? [message] : [])
  })
})
