// What integrations have put on a registry and on the platform, counted: listeners, subscriptions, actors, timers. All of it goes
// with the test.
import { onTestFinished, vi } from 'vitest'
import { Registry } from '../../src/index.ts'
import { newRegistry } from './registries.ts'

export interface Counts {
  /** Of events, of the registry and of its breakers. */
  readonly listeners: number
  /** To the registry's actor, and inspectors of its system. */
  readonly subscriptions: number
  /** Of breakers: none rests under which another is spawned, nor one that is kept for inspectors. */
  readonly actors: number
  /** Of the platform and of the registry's clock. */
  readonly timers: number
}

export const NOTHING: Counts = { listeners: 0, subscriptions: 0, actors: 0, timers: 0 }

/** Has `method` count what was begun and not ended; the end is `endOf` what it gives. */
function counting(owner: object, method: string, count: (by: 1 | -1) => void): void {
  const target = owner as Record<string, (...args: unknown[]) => unknown>
  const real = target[method]
  if (real === undefined) throw new Error(`there is no ${method}`)
  const spy = vi.spyOn(target, method).mockImplementation(function (this: unknown, ...args: unknown[]) {
    const made = real.apply(this, args)
    count(1)
    let isOver = false
    const end = (ends: () => unknown) => () => {
      if (!isOver) count(-1)
      isOver = true
      return ends()
    }
    if (typeof made === 'function') return end(made as () => unknown)
    const subscription = made as { unsubscribe: () => unknown }
    return Object.assign(subscription, { unsubscribe: end(subscription.unsubscribe.bind(subscription)) })
  })
  onTestFinished(() => void spy.mockRestore())
}

/** A registry with a breaker `mail`, on a virtual clock and the platform's faked timers, and what was left on them. */
export function newCounted() {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] })
  onTestFinished(() => void vi.useRealTimers())
  const { registry, clock } = newRegistry({ policy: { failureThreshold: 1, maxConcurrent: 1 } })
  const breaker = registry.breaker('mail')
  let listeners = 0
  let subscriptions = 0
  const { actor } = registry
  const listen = (by: 1 | -1) => {
    listeners += by
  }
  const subscribe = (by: 1 | -1) => {
    subscriptions += by
  }
  counting(Registry.prototype, 'on', listen)
  counting(Object.getPrototypeOf(breaker), 'on', listen)
  counting(actor, 'subscribe', subscribe)
  counting(actor.system, 'inspect', subscribe)
  const counts = (): Counts => ({
    listeners,
    subscriptions,
    actors: actor.getSnapshot().context.children.size,
    timers: vi.getTimerCount() + clock.pending.length,
  })
  return { registry, clock, breaker, counts }
}
