// The drivers of switchgear itself: the runtime with and without folding, and the pure layer.

import type { RegistryOptions } from '../core/edge/registry-options.ts'
import { resolvePolicy } from '../core/edge/resolve-policy.ts'
import { commandEvent } from '../core/rules/commands.ts'
import { type BreakerValue, reduce, resumed } from '../core/rules/reducer.ts'
import type { Breaker } from '../core/runtime/breaker.ts'
import type { Permit } from '../core/runtime/permit.ts'
import { createRegistry, type Registry } from '../core/runtime/registry.ts'
import {
  type Admission,
  newBreaker,
  recordFailure,
  recordIgnored,
  recordSlow,
  recordSuccess,
  shouldAllowRequest,
} from '../pure.ts'
import { COMMANDS, type Driver, type Observation, type Subject } from './driver.ts'
import { checkOptions } from './model/given.ts'
import { slowAfterMs } from './model/model.ts'
import type { VirtualClock } from './virtual-clock.ts'

const NAME = 'endpoint'

/** Options of the registry that the driver makes for each test; policy and clock are the test's. */
export type RuntimeOptions = Omit<RegistryOptions, 'policy' | 'clock'>

/**
 * The runtime, operated through permits. The options go to `createRegistry` unchanged: `folding: false` sends every event
 * through the actor. Defaults: those of the registry, except `seed: 0` and 1,000 restarts, because a test may crash the
 * actor often.
 * @throws PolicyError (`INVALID_POLICY`) when it is started with options that `createRegistry` refuses
 */
export function runtimeDriver(options: RuntimeOptions = {}): Driver<Permit> {
  checkOptions('options', options)
  const { folding = true, ...others } = options
  return {
    name: [folding ? 'folded runtime' : 'unfolded runtime', ...Object.entries(others).map(tellOption)].join(', '),
    commands: COMMANDS,
    canIgnore: true,
    start(policy, clock) {
      const registry = createRegistry({ seed: 0, supervision: { maxRestarts: 1_000 }, ...options, policy, clock })
      return runtimeSubject(registry, registry.breaker(NAME), clock)
    },
  }
}

function tellOption([key, value]: [string, unknown]): string {
  return typeof value === 'string' ? `${key} ${value}` : key
}

function runtimeSubject(registry: Registry, breaker: Breaker, clock: VirtualClock): Subject<Permit> {
  return {
    admit: () => breaker.tryAcquire(),
    settle(permit, result) {
      if (result === 'succeed') permit.success()
      else if (result === 'fail') permit.failure()
      else permit.ignore()
    },
    command(command) {
      if (command === 'delete') {
        registry.delete(NAME)
        registry.breaker(NAME)
      } else if (command === 'crash') crash(breaker)
      else breaker[command]()
    },
    report: (result) => (result === 'succeed' ? breaker.recordSuccess() : breaker.recordFailure()),
    state: () => breaker.state,
    observe() {
      const { generation, calls } = breaker.stats()
      // The oldest call under a rule for slow calls has a timer.
      return { generation, calls, timers: breaker.policy.slowCalls === null ? clock.pending.length : undefined }
    },
    fingerprint() {
      const { endpoint, generation, calls, timeInState, ...rest } = registry.snapshot().breakers[0] ?? ({} as never)
      return JSON.stringify([rest, clock.pending.map((dueAt) => dueAt - clock.now())])
    },
    stop: () => registry.close(),
  }
}

/** An actor that gets the error of a child it does not know fails itself: XState's own way to crash it. */
function crash({ actor }: Breaker): void {
  const event = { type: 'xstate.error.actor.test', error: new Error('crashed by the test') }
  actor?.send(event as never)
}

interface PurePermit {
  readonly owner: object
  readonly admission: Admission
  readonly admittedAt: number
  isSlow: boolean
}

/** `switchgear/pure`: immutable values, no timers of its own. */
export const pureDriver: Driver<PurePermit> = {
  name: 'pure layer',
  commands: COMMANDS,
  canIgnore: true,
  start(options, clock) {
    const policy = resolvePolicy(options)
    let breaker = newBreaker(policy, clock.now())
    // A deleted breaker and the next one of its name are two: calls that one admitted do not concern the other.
    let owner = {}
    const at = () => clock.now()
    let flights: PurePermit[] = []
    /** The pure layer does not know the calls in flight: its user reports that one has become slow. */
    const countSlow = () => {
      for (;;) {
        flights = flights.filter(
          (flight) => flight.owner === owner && flight.admission.generation === breaker.generation,
        )
        const [flight] = flights
        const slowAt = (flight?.admittedAt ?? 0) + slowAfterMs(policy)
        if (flight === undefined || breaker.state !== 'closed' || slowAt > at()) return
        flights.shift()
        flight.isSlow = true
        breaker = recordSlow(breaker, policy, slowAt)
      }
    }
    const tick = () => {
      countSlow()
      breaker = reduce(breaker, policy, { type: 'elapse', at: at() })
    }
    const settlers = { succeed: recordSuccess, fail: recordFailure, ignore: recordIgnored }
    return {
      admit() {
        countSlow()
        const { allowed, breaker: next, permit } = shouldAllowRequest(breaker, policy, at())
        breaker = next
        if (!allowed || permit === undefined) return undefined
        const flight = { owner, admission: permit, admittedAt: at(), isSlow: false }
        flights.push(flight)
        return flight
      },
      settle(flight, result) {
        tick()
        const { owner: admittedBy, admission, admittedAt, isSlow } = flight
        flights = flights.filter((other) => other !== flight)
        const report = { permit: admission, durationMs: at() - admittedAt, isSlow }
        if (admittedBy === owner) breaker = settlers[result](breaker, policy, at(), report)
      },
      command(command) {
        if (command !== 'delete') countSlow()
        if (command === 'delete') {
          const generation = breaker.generation + 1
          breaker = { ...newBreaker(policy, at()), generation }
          owner = {}
        } else if (command === 'crash') {
          tick()
          breaker = resumed(breaker)
        } else breaker = reduce(breaker, policy, commandEvent(command, at(), 'by hand'))
      },
      report(result) {
        tick()
        const { generation } = breaker
        breaker = reduce(breaker, policy, { type: result, generation, durationMs: Number.NaN, at: at() })
      },
      state: () => breaker.state,
      observe: () => observe(breaker),
      tick,
    }
  },
}

function observe({ state, generation, calls, probes, ramp }: BreakerValue): Observation {
  const timers = state === 'open' || ramp !== null ? 1 : probes.length
  return { generation, calls, timers }
}
