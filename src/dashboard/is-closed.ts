// IsClosed: whether a registry was closed. It has no event for that, as its listeners hear nothing any more then; its root
// actor has ended.
import type { Registry } from '../index.ts'

export function isClosed(registry: Registry): boolean {
  return registry.actor.getSnapshot().status !== 'active'
}

/** Calls `then` when the registry is closed, once, not within `close` itself; gives back what ends the waiting. */
export function whenClosed(registry: Registry, then: () => void): () => void {
  const { unsubscribe } = registry.actor.subscribe({ complete: then })
  return unsubscribe
}
