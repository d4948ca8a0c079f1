// Home: puts together what the rows of a registry share: clock, turns, listeners, agendas and the supervisor.
import type { Clock } from '../edge/clock.ts'
import type { ResolvedOptions } from '../edge/registry-options.ts'
import { seedOf } from '../rules/decide.ts'
import { Agenda } from './agenda.ts'
import { EventHub } from './event-hub.ts'
import { Grace } from './grace.ts'
import { guardClock } from './guarded-clock.ts'
import type { Home } from './row.ts'
import { RootSupervisor } from './supervisor.ts'
import { systemClock } from './system-clock.ts'
import { Turns } from './turns.ts'

/** A home, with what only its table deals with. */
export interface OwnHome extends Home {
  readonly agenda: Agenda
  readonly supervisor: RootSupervisor
  readonly isEager: boolean
  /** Names whose breakers are unfolded, and how many asked for that. */
  readonly unfolded: Map<string, number>
}

/** What a home asks its table for. */
export interface OfTable extends Pick<Home, 'find' | 'rowOf' | 'moved' | 'unfold'> {
  /** Who listens to the calls of this endpoint, or of all, may have changed. */
  heard(endpoint: string | undefined): void
}

export function makeHome(options: ResolvedOptions, table: OfTable): OwnHome {
  const { folding, inspect, supervision, seed } = options
  const turns = new Turns((now) => {
    agenda.arm(now)
    deadlines.arm(now)
  })
  const hub = new EventHub(turns, table.heard)
  const clock = clockOf(options, hub)
  const grace = new Grace(options.clock === undefined)
  const agenda = new Agenda(clock, false, grace)
  const deadlines = new Agenda(clock, true, grace)
  const unfolded = new Map<string, number>()
  // Unfolded, as it is for who inspects it, every call is an event.
  const isEager = options.activation === 'eager' || !folding
  const home = {
    ...table,
    clock,
    turns,
    hub,
    agenda,
    deadlines,
    folds: (name: string) => folding && !unfolded.has(name),
    unfolded,
    isEager,
    resets: { count: 0, at: 0 },
    seedOf: (name: string) => seedOf(seed, name),
  }
  return Object.assign(home, { supervisor: new RootSupervisor({ ...home, supervision, inspect }) })
}

function clockOf({ clock }: ResolvedOptions, hub: EventHub): Clock {
  // Later, because the clock is read in the midst of things.
  const guarded = guardClock(clock ?? systemClock, (error) => queueMicrotask(() => hub.report('clock', error)))
  // Our own needs no guard at every reading.
  return clock === undefined ? { ...guarded, now: systemClock.now } : guarded
}
