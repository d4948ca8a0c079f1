// Picture: what a late viewer has missed: the present actors, each in its last state.
import type { ActorMessage, InspectionMessage } from './messages.ts'

/** With more, a process starts actors and never ends them. */
const MOST_ACTORS = 2_000

export class Picture {
  readonly #actors = new Map<string, ActorMessage>()

  get size(): number {
    return this.#actors.size
  }

  take(message: InspectionMessage): void {
    const { sessionId } = message
    if (message.type === '@xstate.actor') {
      this.#actors.set(sessionId, message)
      const [oldest] = this.#actors.keys()
      if (this.#actors.size > MOST_ACTORS && oldest !== undefined) this.#actors.delete(oldest)
    } else if (message.type === '@xstate.snapshot') {
      const actor = this.#actors.get(sessionId)
      const { snapshot } = message
      if (actor === undefined) return
      if (snapshot.status === 'active') this.#actors.set(sessionId, { ...actor, snapshot })
      else this.#actors.delete(sessionId)
    }
  }

  /** In the order in which they were sent: parents first. */
  messages(): Iterable<ActorMessage> {
    return this.#actors.values()
  }
}
