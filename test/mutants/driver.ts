// The runtime of a mutant as drivers of the kit, on the createRegistry of the broken copy.
// Whoever holds a permit disposes of it after its result, as `using` does: a permit counts once.
import type { Breaker, createRegistry, Permit } from '../../src/index.ts'
import type { Command, Driver, Subject, VirtualClock } from '../../src/testing/index.ts'

type Registry = ReturnType<typeof createRegistry>

/** With folding or without; or folding, and a crash takes the whole registry down, to be restored from its snapshot. */
export type Kind = 'folded' | 'unfolded' | 'restored'

interface Held {
  readonly permit: Permit
  readonly registry: Registry
  readonly deletions: number
}

const NAME = 'endpoint'
const COMMANDS: readonly Command[] = ['trip', 'reset', 'isolate', 'disable', 'enable', 'delete', 'crash']

export function mutantDriver(create: typeof createRegistry, kind: Kind): Driver<Held> {
  return {
    name: `${kind} runtime`,
    commands: COMMANDS,
    canIgnore: true,
    start(policy, clock) {
      const folding = kind !== 'unfolded'
      const options = { policy, clock, folding, seed: 0, supervision: { maxRestarts: 1_000 } }
      const restored = (snapshot: unknown) => create({ ...options, snapshot: JSON.stringify(snapshot) })
      return subjectOf(create(options), clock, kind === 'restored' ? restored : null)
    },
  }
}

function subjectOf(
  first: Registry,
  clock: VirtualClock,
  restored: ((snapshot: unknown) => Registry) | null,
): Subject<Held> {
  let registry = first
  let deletions = 0
  /** Results of calls that a registry admitted that is gone; the model knows one breaker, and counts them as late. */
  let lateElsewhere = 0
  const breaker = () => registry.breaker(NAME)
  breaker()

  async function crash(): Promise<void> {
    if (restored === null) return crashActor(breaker())
    const snapshot = registry.snapshot()
    await registry.close()
    registry = restored(snapshot)
  }

  return {
    admit() {
      const permit = breaker().tryAcquire()
      return permit && { permit, registry, deletions }
    },
    settle({ permit, ...admittedBy }, result) {
      if (result === 'succeed') permit.success()
      else if (result === 'fail') permit.failure()
      else permit.ignore()
      permit[Symbol.dispose]()
      if (admittedBy.registry === registry || admittedBy.deletions !== deletions) return
      lateElsewhere++
      // As a late result does where there is one registry, it brings the breaker up to date.
      breaker().allows()
    },
    command(command) {
      if (command === 'crash') return crash()
      if (command !== 'delete') return breaker()[command]()
      registry.delete(NAME)
      deletions++
      lateElsewhere = 0
      breaker()
    },
    report: (result) => (result === 'succeed' ? breaker().recordSuccess() : breaker().recordFailure()),
    state: () => registry.state(NAME),
    observe() {
      const { generation, calls } = breaker().stats()
      return { generation, calls: { ...calls, late: calls.late + lateElsewhere }, timers: clock.pending.length }
    },
    fingerprint() {
      const { endpoint, generation, calls, timeInState, ...rest } = registry.snapshot().breakers[0] ?? ({} as never)
      return JSON.stringify([rest, clock.pending.map((dueAt) => dueAt - clock.now())])
    },
    stop: () => registry.close(),
  }
}

/** An actor that is told of a failed child it does not know fails itself: XState's own way to crash it. */
function crashActor({ actor }: Breaker): void {
  const event = { type: 'xstate.error.actor.test', error: new Error('crashed by the test') }
  actor?.send(event as never)
}
