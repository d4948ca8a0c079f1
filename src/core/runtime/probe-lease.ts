// ProbeLease: aborts the signal of a probe when its `probeTimeout` has passed. That alone: its verdict is given by then, and its
// caller waits on.
import { CallTimeoutError } from '../edge/errors.ts'
import type { Row } from './row.ts'
import type { Task } from './task-heap.ts'

export class ProbeLease {
  readonly controller = new AbortController()
  readonly #row: Row
  readonly #task: Task

  /** Begins with the call. */
  constructor(row: Row) {
    const { name, core, policy } = row
    const { probeTimeoutMs } = policy
    this.#row = row
    const abort = () => this.controller.abort(new CallTimeoutError(name, probeTimeoutMs, 'probeTimeout'))
    // Listeners to the signal are foreign code.
    const tell = () => core.turns.later(() => core.dispatcher.callUserCode('signal', abort, name))
    this.#task = core.scheduler.add(core.clock.now() + probeTimeoutMs, tell)
    core.turns.touch()
  }

  end(): void {
    const { scheduler } = this.#row.core
    scheduler.cancel(this.#task)
    scheduler.arm()
  }
}
