// Core: puts together what the rows of a registry share: clock, turns, listeners, schedulers and the supervisor.
import type { Clock } from '../edge/clock.ts'
import type { ResolvedOptions } from '../edge/registry-options.ts'
import { hashOf } from '../rules/hash.ts'
import { EventDispatcher } from './event-dispatcher.ts'
import { Grace } from './grace.ts'
import { guardClock } from './guarded-clock.ts'
import type { RegistryCore } from './row.ts'
import { Scheduler } from './scheduler.ts'
import { RootSupervisor } from './supervisor.ts'
import { systemClock } from './system-clock.ts'
import { Turns } from './turns.ts'

/** a core, with what only its table deals with. */
export interface WholeCore extends RegistryCore {
  readonly scheduler: Scheduler
  readonly supervisor: RootSupervisor
  readonly isEager: boolean
  /** Names whose breakers are unfolded, and how many asked for that. */
  readonly unfolded: Map<string, number>
}

/** What a core asks its table for. */
export interface TableHooks extends Pick<RegistryCore, 'find' | 'rowOf' | 'moved' | 'unfold'> {
  /** The listeners to calls of this endpoint, or of all, may have changed. */
  heard(endpoint: string | undefined): void
}

export function makeCore(options: ResolvedOptions, table: TableHooks): WholeCore {
  const { folding, inspect, supervision, seed } = options
  const turns = new Turns((now) => {
    scheduler.arm(now)
    deadlines.arm(now)
  })
  const dispatcher = new EventDispatcher(turns, table.heard)
  const clock = clockOf(options, dispatcher)
  const grace = new Grace(options.clock === undefined)
  const scheduler = new Scheduler(clock, false, grace)
  const deadlines = new Scheduler(clock, true, grace)
  const unfolded = new Map<string, number>()
  // Unfolded, as it is for who inspects it, every call is an event.
  const isEager = options.activation === 'eager' || !folding
  const core = {
    ...table,
    clock,
    turns,
    dispatcher,
    scheduler,
    deadlines,
    folds: (name: string) => folding && !unfolded.has(name),
    unfolded,
    isEager,
    resets: { count: 0, at: 0 },
    // Endpoints that open together should not probe together: each has a jitter of its own.
    seedOf: (name: string) => hashOf(name, seed),
  }
  return Object.assign(core, { supervisor: new RootSupervisor({ ...core, supervision, inspect }) })
}

function clockOf({ clock }: ResolvedOptions, dispatcher: EventDispatcher): Clock {
  // Later, because the clock is read in the middle of other work.
  const guarded = guardClock(clock ?? systemClock, (error) => queueMicrotask(() => dispatcher.report('clock', error)))
  // Our own needs no guard at every reading.
  return clock === undefined ? { ...guarded, now: systemClock.now } : guarded
}
