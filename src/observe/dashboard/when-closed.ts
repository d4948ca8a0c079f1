// WhenClosed: hears that a registry is closed. There is no event for that, as listeners hear nothing any more then; but its
// root actor has ended.
import type { Registry } from '../../index.ts'

/** Calls `then` when the registry is closed, at once if it was before. Gives back what ends the waiting. */
export function whenClosed(registry: Registry, then: () => void): () => void {
  const subscription = registry.actor.subscribe({ complete: then })
  return () => subscription.unsubscribe()
}
