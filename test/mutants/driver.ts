// The runtime of a mutant as drivers of the kit, on the createRegistry of the broken copy.
// Whoever holds a permit disposes of it after its result, as `using` does: a permit counts once.
import type { Breaker, createRegistry, PolicyOptions, RegistryOptions } from '../../src/index.ts'
import { COMMANDS } from '../../src/testing/driver.ts'
import type { CallResult, Driver, Subject, VirtualClock } from '../../src/testing/index.ts'
import { promiseOf } from '../support/calls.ts'

type Registry = ReturnType<typeof createRegistry>
type Settle = (result: CallResult) => unknown

/**
 * Worked by permits: actors come and go (`folded`), stay (`eager`), or hear every event (`unfolded`); a crash takes the
 * whole registry down, to be restored from its snapshot (`restored`); or the breaker is one of several, evicted where it
 * may be and deleted where not, and reset by resetAll (`crowded`). Worked by calls, of which none is ignored: `called`.
 */
export const KINDS = ['folded', 'called', 'unfolded', 'crowded', 'restored', 'eager'] as const
export type Kind = (typeof KINDS)[number]

interface Held {
  readonly settle: Settle
  readonly registry: Registry
  readonly deletions: number
}

const NAME = 'endpoint'

export function mutantDriver(create: typeof createRegistry, kind: Kind): Driver<Held> {
  return {
    name: `${kind} runtime`,
    commands: COMMANDS,
    canIgnore: kind !== 'called',
    start(policy, clock) {
      const make = (options: RegistryOptions) =>
        create({ policy, clock, seed: 0, supervision: { maxRestarts: 1_000 }, ...options })
      const restored = (snapshot: unknown) => make({ snapshot: JSON.stringify(snapshot) })
      if (kind === 'restored') return subjectOf(make({}), clock, permitOf, restored)
      // A sampled call is no plain one.
      if (kind === 'called') return calledSubject(make({ policy: { ...policy, latencySampling: 0 } }), clock)
      if (kind === 'crowded') return inCrowd(make({ policy: {}, maxBreakers: 3 }), clock, policy)
      return subjectOf(make({ folding: kind !== 'unfolded', activation: eagerness(kind) }), clock, permitOf)
    },
  }
}

function eagerness(kind: Kind): 'eager' | 'onDemand' {
  return kind === 'eager' ? 'eager' : 'onDemand'
}

function permitOf(breaker: Breaker): Settle | undefined {
  const permit = breaker.tryAcquire()
  return (
    permit &&
    ((result) => {
      if (result === 'succeed') permit.success()
      else if (result === 'fail') permit.failure()
      else permit.ignore()
      permit[Symbol.dispose]()
    })
  )
}

/** Those in flight have a timer each, which aborts their signal. */
interface Probing {
  count: number
}

function callOf(breaker: Breaker, probing: Probing): Settle | undefined {
  const { promise, resolve, reject } = promiseOf<void>()
  let isAdmitted = false
  let isProbe = false
  const ended = breaker
    .call(({ probe }) => {
      isAdmitted = true
      isProbe = probe
      return promise
    })
    .catch(() => {})
  if (isProbe) probing.count++
  if (!isAdmitted) return undefined
  return (result) => {
    if (isProbe) probing.count--
    if (result === 'succeed') resolve()
    else reject(new Error('failed'))
    return ended
  }
}

function subjectOf(
  first: Registry,
  clock: VirtualClock,
  admitOne: (breaker: Breaker) => Settle | undefined,
  restored: ((snapshot: unknown) => Registry) | null = null,
  probing: Probing = { count: 0 },
): Subject<Held> {
  let registry = first
  let deletions = 0
  /** Results of calls that a registry admitted that is gone; the model knows one breaker, and counts them as late. */
  let lateElsewhere = 0
  const breaker = () => registry.breaker(NAME)
  breaker()
  /** The state that listeners know of. Whoever reads the state makes up for timers that are late; these do not. */
  let told = 'closed'
  listen()

  function listen(): void {
    registry.on('transition', ({ endpoint, to }) => {
      if (endpoint === NAME) told = to
    })
    told = registry.state(NAME)
  }

  async function crash(): Promise<void> {
    if (restored === null) return crashActor(breaker())
    const snapshot = registry.snapshot()
    await registry.close()
    registry = restored(snapshot)
    listen()
  }

  return {
    admit() {
      const settle = admitOne(breaker())
      return settle && { settle, registry, deletions }
    },
    async settle({ settle, ...admittedBy }, result) {
      await settle(result)
      const isDeleted = admittedBy.deletions !== deletions
      if (admittedBy.registry === registry && !isDeleted) return
      if (!isDeleted) lateElsewhere++
      // As a late result does where there is one registry and one breaker, it brings that up to date.
      breaker().allows()
    },
    command(command) {
      if (command === 'crash') return crash()
      if (command !== 'delete') return breaker()[command]()
      registry.delete(NAME)
      deletions++
      lateElsewhere = 0
      told = 'closed'
      breaker()
    },
    report: (result) => (result === 'succeed' ? breaker().recordSuccess() : breaker().recordFailure()),
    state() {
      const before = told
      const state = registry.state(NAME)
      return before === state ? state : `${state}, and listeners have heard of ${before}`
    },
    observe() {
      const { generation, calls } = breaker().stats()
      // As under a rule for slow calls, for the oldest of them.
      const haveTimers = probing.count > 0 || breaker().policy.slowCalls !== null
      const timers = haveTimers ? undefined : clock.pending.length
      return { generation, calls: { ...calls, late: calls.late + lateElsewhere }, timers }
    },
    fingerprint() {
      const found = registry.snapshot().breakers.find(({ endpoint }) => endpoint === NAME)
      const { endpoint, generation, calls, timeInState, ...rest } = found ?? ({} as never)
      return JSON.stringify([rest, clock.pending.map((dueAt) => dueAt - clock.now())])
    },
    stop: () => registry.close(),
  }
}

/** Through one handle, which finds the breaker again when it was deleted. */
function calledSubject(registry: Registry, clock: VirtualClock): Subject<Held> {
  const handle = registry.breaker(NAME)
  const probing = { count: 0 }
  return subjectOf(registry, clock, () => callOf(handle, probing), null, probing)
}

/** Beside breakers that are open for long: there is always a timer, so timers tell nothing here. */
function inCrowd(registry: Registry, clock: VirtualClock, policy: PolicyOptions): Subject<Held> {
  const crowd = [1, 2].map((days) => registry.breaker(`open for ${days} days`, { openTimeout: `${days}d` }))
  for (const other of crowd) other.trip()
  registry.breaker(NAME, policy)
  const { observe: _, ...subject } = subjectOf(registry, clock, permitOf)
  return {
    ...subject,
    async command(command) {
      if (command === 'reset') {
        await registry.resetAll()
        for (const other of crowd) other.trip()
      } else if (command !== 'delete') await subject.command(command)
      else if (registry.state(NAME) !== 'closed') {
        await subject.command('delete')
        registry.configure(NAME, policy)
      } else {
        registry.breaker('another')
        registry.delete('another')
        registry.breaker(NAME)
      }
    },
  }
}

/** An actor that is told of a failed child it does not know fails itself: XState's own way to crash it. */
function crashActor({ actor }: Breaker): void {
  if (actor === null) throw new Error('there is no actor to crash')
  const event = { type: 'xstate.error.actor.test', error: new Error('crashed by the test') }
  actor.send(event as never)
}
