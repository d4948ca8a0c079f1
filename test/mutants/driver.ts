// The runtime of a mutant as a driver of the kit: as runtimeDriver, on the createRegistry of the broken copy.
// Whoever holds a permit disposes of it after its result, as `using` does: a permit counts once.
import type { Breaker, createRegistry, Permit } from '../../src/index.ts'
import type { Command, Driver, Subject, VirtualClock } from '../../src/testing/index.ts'

type Registry = ReturnType<typeof createRegistry>

const NAME = 'endpoint'
const COMMANDS: readonly Command[] = ['trip', 'reset', 'isolate', 'disable', 'enable', 'delete', 'crash']

export function mutantDriver(create: typeof createRegistry, folding: boolean): Driver<Permit> {
  return {
    name: folding ? 'folded mutant' : 'unfolded mutant',
    commands: COMMANDS,
    canIgnore: true,
    start(policy, clock) {
      const registry = create({ policy, clock, folding, seed: 0, supervision: { maxRestarts: 1_000 } })
      return subjectOf(registry, registry.breaker(NAME), clock)
    },
  }
}

function subjectOf(registry: Registry, breaker: Breaker, clock: VirtualClock): Subject<Permit> {
  return {
    admit: () => breaker.tryAcquire(),
    settle(permit, result) {
      if (result === 'succeed') permit.success()
      else if (result === 'fail') permit.failure()
      else permit.ignore()
      permit[Symbol.dispose]()
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
      return { generation, calls, timers: clock.pending.length }
    },
    fingerprint() {
      const { endpoint, generation, calls, timeInState, ...rest } = registry.snapshot().breakers[0] ?? ({} as never)
      return JSON.stringify([rest, clock.pending.map((dueAt) => dueAt - clock.now())])
    },
    stop: () => registry.close(),
  }
}

function crash({ actor }: Breaker): void {
  const event = { type: 'xstate.error.actor.test', error: new Error('crashed by the test') }
  actor?.send(event as never)
}
