// The four ways to run one history: through calls, through permits, unfolded, and as values.

import type { Admission } from '../../src/core/rules/decide.ts'
import { type BreakerValue, reduce, resumed } from '../../src/core/rules/reducer.ts'
import { inOrder } from '../../src/core/rules/triggers/failures.ts'
import { bucketsOf } from '../../src/core/rules/window.ts'
import { createRegistry, type PolicyOptions, type Registry, resolvePolicy } from '../../src/index.ts'
import { newBreaker, recordFailure, recordIgnored, recordSuccess, shouldAllowRequest } from '../../src/pure.ts'
import { createVirtualClock } from '../../src/testing/index.ts'

export type Result = 'succeed' | 'fail' | 'ignore'

/** How long a trip opens that is told so: no time of the policies. */
export const TRIP_MS = 70

export type Command = 'trip' | 'tripFor' | 'probe' | 'reset' | 'isolate' | 'disable' | 'enable' | 'delete' | 'crash'
export type Image = Readonly<Record<string, unknown>>

export interface HistorySubject {
  /** Settles the admitted call, or `undefined` for a rejected one. */
  admit(): ((result: Result) => Promise<void> | void) | undefined
  record(result: 'succeed' | 'fail'): void
  configure(policy: PolicyOptions): void
  command(command: Command): void
  advance(ms: number): void
  stall(ms: number): void
  image(): Image
  close(): void
}

const NAME = 'endpoint'
const SEED = 7

class Ignored extends Error {}

export function runtime(
  policy: PolicyOptions,
  how: 'calls' | 'permits',
  folding: boolean,
  create: typeof createRegistry = createRegistry,
): HistorySubject {
  const clock = createVirtualClock()
  const ignore = (outcome: object) => 'error' in outcome && outcome.error instanceof Ignored
  const adapted = (options: PolicyOptions) => (how === 'calls' && options.ignore ? { ...options, ignore } : options)
  const registry = create({
    policy: adapted(policy),
    clock,
    folding,
    seed: SEED,
    supervision: { maxRestarts: 1_000 },
  })
  const breaker = registry.breaker(NAME)

  /** Those in flight have a timer each, which aborts their signal. */
  let probes = 0
  /** Under a rule for slow calls the oldest in flight has a timer, which stays for the next when it ends. */
  const isTimerKnown = () => probes === 0 && breaker.policy.slowCalls === null
  function admitCall() {
    let settle: ((result: Result) => Promise<void>) | undefined
    const ended = breaker
      .call(
        ({ probe }) =>
          new Promise<void>((resolve, reject) => {
            if (probe) probes++
            settle = async (result) => {
              if (probe) probes--
              if (result === 'succeed') resolve()
              else reject(result === 'fail' ? new Error('failed') : new Ignored())
              await ended
            }
          }),
      )
      .catch(() => {})
    return settle
  }

  function admitPermit() {
    const permit = breaker.tryAcquire()
    if (permit === undefined) return undefined
    return (result: Result) => {
      if (result === 'succeed') permit.success()
      else if (result === 'fail') permit.failure()
      else permit.ignore()
    }
  }

  return {
    admit: how === 'calls' ? admitCall : admitPermit,
    record: (result) => (result === 'succeed' ? breaker.recordSuccess() : breaker.recordFailure()),
    configure: (options) => registry.configure(NAME, adapted(options)),
    command(command) {
      if (command === 'delete') {
        registry.delete(NAME)
        // Used again, the handle makes it anew, under the policy that it had.
        breaker.enable()
      } else if (command === 'crash') {
        breaker.actor?.send({ type: 'xstate.error.actor.test', error: new Error('crash') } as never)
      } else if (command === 'tripFor') breaker.trip('by hand', { openTimeout: TRIP_MS })
      else breaker[command]()
    },
    advance: (ms) => clock.advance(ms),
    stall: (ms) => clock.stall(ms),
    image() {
      breaker.allows()
      const [snapshot] = registry.snapshot().breakers
      const { timeInState: _, endpoint: __, ...rest } = snapshot ?? ({} as never)
      return { ...rest, ...(isTimerKnown() && { timer: clock.pending.length > 0 }) }
    },
    close: () => void registry.close(),
  }
}

/** As `runtime`, by calls; every few steps somebody begins or ends to watch each call, or to listen to what it comes to. */
export function watched(policy: PolicyOptions, create: typeof createRegistry = createRegistry): HistorySubject {
  let registry: Registry | undefined
  const subject = runtime(policy, 'calls', true, (options) => {
    registry = create(options)
    return registry
  })
  const breaker = registry?.breaker(NAME)
  let steps = 0
  let fold: (() => void) | undefined
  let leave: (() => void) | undefined
  const look = () => {
    steps++
    if (steps % 3 === 0) {
      if (fold === undefined) fold = breaker?.unfold()
      else fold = void fold()
    }
    if (steps % 4 === 0) {
      if (leave === undefined) leave = breaker?.on('failure', () => {})
      else leave = void leave()
    }
  }
  return {
    ...subject,
    admit() {
      look()
      return subject.admit()
    },
    record(result) {
      look()
      subject.record(result)
    },
    command(command) {
      // Who looks finds all done that is overdue; a deletion comes before that.
      if (command !== 'delete') look()
      subject.command(command)
    },
  }
}

export function value(options: PolicyOptions): HistorySubject {
  const seed = createRegistrySeed()
  let policy = resolvePolicy(options)
  let now = 0
  let breaker = newBreaker(policy, now, seed)
  let owner = {}
  const settlers = { succeed: recordSuccess, fail: recordFailure, ignore: recordIgnored }
  /** The pure layer knows nothing of calls in flight: whoever uses it tells it that one has become slow. */
  let flights: { readonly began: number; isSlow: boolean }[] = []
  let flownIn = breaker.generation
  let ruledSince = 0
  const slow = () => {
    for (;;) {
      if (flownIn !== breaker.generation || policy.slowCalls === null) flights = []
      flownIn = breaker.generation
      const [flight] = flights
      const at = Math.max(ruledSince, (flight?.began ?? 0) + (policy.slowCalls?.slowerThanMs ?? 0) + 1)
      if (flight === undefined || at > now) return
      flights.shift()
      flight.isSlow = true
      breaker = reduce(breaker, policy, { type: 'slow', at })
    }
  }
  const elapse = () => {
    slow()
    breaker = reduce(breaker, policy, { type: 'elapse', at: now })
  }
  return {
    admit() {
      const admittedAt = now
      const timed = policy.slowCalls !== null || policy.ignore !== null
      const admittedBy = owner
      slow()
      const { breaker: next, permit } = shouldAllowRequest(breaker, policy, now)
      breaker = next
      if (permit === undefined) return undefined
      const flight = { began: now, isSlow: false }
      if (breaker.state === 'closed' && policy.slowCalls !== null) flights.push(flight)
      flownIn = breaker.generation
      let settled = false
      return (result) => {
        if (settled || admittedBy !== owner) return
        settled = true
        slow()
        flights = flights.filter((other) => other !== flight)
        const durationMs = timed ? now - admittedAt : undefined
        const report = { permit: permit as Admission, durationMs, isSlow: flight.isSlow }
        breaker = settlers[result](breaker, policy, now, report)
      }
    },
    record(result) {
      elapse()
      const event = { type: result, generation: breaker.generation, durationMs: Number.NaN, at: now }
      breaker = reduce(breaker, policy, event)
    },
    configure(next) {
      const resolved = resolvePolicy(next)
      slow()
      breaker = reduce(breaker, policy, { type: 'configure', policy: resolved, at: now })
      policy = resolved
      ruledSince = now
    },
    command(command) {
      if (command === 'delete') {
        breaker = { ...newBreaker(policy, now, seed), generation: breaker.generation + 1 }
        flights = []
        owner = {}
      } else if (command === 'crash') {
        // Whoever gets at the actor finds it caught up.
        elapse()
        breaker = resumed(breaker)
      } else {
        slow()
        if (command === 'tripFor')
          breaker = reduce(breaker, policy, { type: 'trip', message: 'by hand', at: now, openForMs: TRIP_MS })
        else if (command === 'trip' || command === 'probe')
          breaker = reduce(breaker, policy, { type: command, message: 'by hand', at: now })
        else breaker = reduce(breaker, policy, { type: command, at: now })
      }
    },
    advance(ms) {
      now += ms
      elapse()
    },
    stall(ms) {
      now += ms
    },
    image() {
      elapse()
      return imageOf(breaker, policy, now)
    },
    close() {},
  }
}

/** The seed that the registry gives to the endpoint: jitter must be the same in every run of a history. */
function createRegistrySeed(): number {
  const registry = createRegistry({ seed: SEED })
  const seed = registry.breaker(NAME).actor?.getSnapshot().context.seed ?? 0
  void registry.close()
  return seed
}

function imageOf(breaker: BreakerValue, policy: ReturnType<typeof resolvePolicy>, now: number): Image {
  const { state, generation, reason, openedAt, deadline, openings, evidence, calls, probes, ramp } = breaker
  const window = (of: typeof evidence.failureRate, rule: typeof policy.failureRate) =>
    of && rule && { size: rule.window, buckets: bucketsOf(structuredClone(of), rule.window, now) }
  return {
    state,
    generation,
    reason,
    openForMs: openedAt === null ? null : now - openedAt,
    remainingMs: deadline === null ? null : deadline - now,
    openings,
    evidence: {
      consecutiveFailures: evidence.consecutiveFailures,
      failures: evidence.failures,
      failureAgesMs: inOrder(structuredClone(evidence))
        .map((at) => now - at)
        .filter((age) => policy.failureWindowMs !== null && age < policy.failureWindowMs),
      failureRate: window(evidence.failureRate, policy.failureRate),
      slowCalls: window(evidence.slowCalls, policy.slowCalls),
    },
    calls,
    timer: state === 'open' || ramp !== null || probes.length > 0,
  }
}
