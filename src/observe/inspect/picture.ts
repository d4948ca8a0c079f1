// Picture: what a viewer who comes late has missed: the actors there are, each as it was told last.
import type { ActorMessage, InspectionMessage } from './messages.ts'

/** More is a process that tells of actors and never of their end. */
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

  /** In the order in which they were told of: parents first. */
  messages(): Iterable<ActorMessage> {
    return this.#actors.values()
  }
}
