// Retirement: removes breakers that nobody has used for `idleTimeout`. It costs a call nothing: twice within that time all rows
// are looked at, in batches, and what they count anyway tells whether they were used. Told by the table of rows that are made.
import { activityOf, awaitsAnyCall, callsInFlight } from './activity.ts'
import { inBatches } from './batches.ts'
import type { RegistryCore, Row } from './row.ts'

/** What a row had done when it was first found so, and when that was, in ms of the clock. */
interface Look {
  readonly activity: number
  readonly at: number
}

/** What a retirement needs of the registry. */
interface Staff {
  readonly rows: ReadonlyMap<string, Row>
  readonly core: Pick<RegistryCore, 'clock' | 'scheduler' | 'deadlines'>
  isClosed(): boolean
  /** Whether an integration has actors under this breaker's. */
  carries(row: Row): boolean
  /** Removes the row. */
  retire(row: Row): void
}

export class Retirement {
  readonly #idleTimeoutMs: number
  readonly #staff: Staff
  readonly #looks = new WeakMap<Row, Look>()
  /** Whether the next round has its task, or is at work. None without rows: no timer is left behind. */
  #isOn = false

  constructor(idleTimeoutMs: number, staff: Staff) {
    this.#idleTimeoutMs = idleTimeoutMs
    this.#staff = staff
  }

  /** In a turn: a row was made. */
  created(): void {
    if (!this.#isOn) this.#plan()
  }

  #plan(): void {
    const { core } = this.#staff
    this.#isOn = true
    core.scheduler.add(core.clock.now() + Math.ceil(this.#idleTimeoutMs / 2), () => {
      void inBatches(this.#round(), core, (row) => this.#look(row))
    })
  }

  /** All rows, one after another; a reader at the end has planned the next round. */
  *#round(): Generator<Row> {
    const { rows } = this.#staff
    for (const row of rows.values()) {
      if (this.#staff.isClosed()) return
      yield row
    }
    this.#isOn = false
    if (rows.size === 0) return
    this.#plan()
    this.#staff.core.scheduler.arm()
  }

  #look(row: Row): void {
    const at = this.#staff.core.clock.now()
    const last = this.#looks.get(row)
    const activity = activityOf(row)
    // What is kept is idle from now on at the earliest.
    if (last === undefined || last.activity !== activity || this.#keeps(row)) this.#looks.set(row, { activity, at })
    else if (at - last.at >= this.#idleTimeoutMs) this.#staff.retire(row)
  }

  /** What is in use without being called, or holds a decision. */
  #keeps(row: Row): boolean {
    // A call in the queue waits for a call in flight.
    if (callsInFlight(row) > 0 || row.extras.override !== null || this.#staff.carries(row)) return true
    return !(row.state === 'closed' || (row.state === 'halfOpen' && awaitsAnyCall(row)))
  }
}
