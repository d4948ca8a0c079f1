// A call whose time is taken: for a window, or as a sample of the latency.
import { classify } from './classify.ts'
import { countSlow } from './deliver.ts'
import { beginFlight, endFlight } from './flights.ts'
import { callFully, type Guarded } from './full-call.ts'
import type { FlightLink, InFlight } from './in-flight.ts'
import { chain, failAtOnce } from './promise.ts'
import { contextOf, NO_PROBE, type Row } from './row.ts'
import { foldSuccess, sample, settle } from './settle.ts'

export function callTimed<T>(row: Row, fn: Guarded<T>, isSample: boolean): Promise<T> {
  const startedAt = isSample || row.policy.slowCalls !== null ? row.core.clock.now() : Number.NaN
  if (row.inFlight?.isDue(startedAt)) {
    countSlow(row, startedAt)
    if (row.path === 'full') return callFully(row, fn, undefined)
  }
  const flight = idle.pop() ?? new Flight()
  flight.row = row
  flight.generation = row.generation
  flight.isSample = isSample
  row.allowed++
  row.version++
  flight.startedAt = startedAt
  if (row.policy.slowCalls !== null) beginFlight(row, flight, startedAt)
  try {
    return chain(fn(contextOf(row)), flight.onValue, flight.onError)
  } catch (error) {
    return failAtOnce(error, flight.onError)
  }
}

/** Flights that have landed, to be used again: its two handlers cost more to make than all the rest of a call. */
const idle: Flight[] = []
const MOST_IDLE = 1_000

/** One call on its way. A promise calls one of its handlers, once; then the flight is free. */
class Flight implements FlightLink {
  list: InFlight | null = null
  before: FlightLink | null = null
  after: FlightLink | null = null
  isSlow = false
  row: Row | null = null
  generation = 0
  isSample = false
  startedAt = 0

  readonly onValue = (value: unknown): unknown => {
    const { generation, isSample, startedAt } = this
    const row = this.row as Row
    const now = row.core.clock.now()
    if (isSample) sample(row, now - startedAt)
    if (row.inFlight?.isDue(now)) countSlow(row, now)
    const isSlow = endFlight(this)
    // The path changes when anything does, also with a reset that has not reached this row yet.
    if (row.generation === generation && row.path !== 'full') foldSuccess(row, now - startedAt, now, isSlow)
    else {
      const judged = classify(row, { value }, now - startedAt)
      settle(row, judged, generation, NO_PROBE, now - startedAt, now, undefined, isSlow)
    }
    this.#land()
    return value
  }

  readonly onError = (error: unknown): never => {
    const { generation, isSample, startedAt } = this
    const row = this.row as Row
    const now = row.core.clock.now()
    if (isSample) sample(row, now - startedAt)
    if (row.inFlight?.isDue(now)) countSlow(row, now)
    const isSlow = endFlight(this)
    const judged = classify(row, { error }, now - startedAt)
    settle(row, judged, generation, NO_PROBE, now - startedAt, now, error, isSlow)
    this.#land()
    throw error
  }

  #land(): void {
    this.row = null
    if (idle.length < MOST_IDLE) idle.push(this)
  }
}
