// WhenClosed: notices that a registry is closed. There is no event for that, because no listener is called after close; but
// its root actor has ended.
import type { Registry } from '../../index.ts'

/** Calls `then` when the registry is closed, at once if it was closed before. Returns the function that stops waiting. */
export function whenClosed(registry: Registry, then: () => void): () => void {
  const subscription = registry.actor.subscribe({ complete: then })
  return () => subscription.unsubscribe()
}
