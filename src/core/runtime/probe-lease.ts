// ProbeLease: aborts the signal of a probe when its `probeTimeout` has passed. That alone: its verdict is given by then, and its
// caller waits on.
import { CallTimeoutError } from '../edge/errors.ts'
import type { Appointment } from './appointments.ts'
import type { Row } from './row.ts'

export class ProbeLease {
  readonly controller = new AbortController()
  readonly #row: Row
  readonly #appointment: Appointment

  /** Begins with the call. */
  constructor(row: Row) {
    const { name, home, policy } = row
    const { probeTimeoutMs } = policy
    this.#row = row
    const abort = () => this.controller.abort(new CallTimeoutError(name, probeTimeoutMs, 'probeTimeout'))
    // Who listens to the signal is not ours.
    const tell = () => home.turns.later(() => home.hub.guest('signal', abort, name))
    this.#appointment = home.agenda.add(home.clock.now() + probeTimeoutMs, tell)
    home.turns.touch()
  }

  end(): void {
    const { agenda } = this.#row.home
    agenda.cancel(this.#appointment)
    agenda.arm()
  }
}
