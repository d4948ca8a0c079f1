// SupervisedActor: an XState actor that may be handed out. What others do to it cannot harm it: events from outside are
// requests, a stop is refused, subscribers are called between turns.
// Its delayed events are tasks in the registry's scheduler; they count from the event that set them.
import {
  Actor,
  type ActorOptions,
  type AnyActorLogic,
  type AnyActorRef,
  type EventFromLogic,
  type Observer,
  type SnapshotFrom,
  type Subscription,
  toObserver,
} from 'xstate'
import type { breakerMachine } from '../../../machines/breaker.machine.ts'
import type { registryMachine } from '../../../machines/registry.machine.ts'
import { ArgumentError } from '../edge/errors.ts'
import type { EventDispatcher } from './event-dispatcher.ts'
import type { Scheduler } from './scheduler.ts'
import type { Task } from './task-heap.ts'
import type { Turns } from './turns.ts'

export type SupervisedBreaker = SupervisedActor<typeof breakerMachine>
export type SupervisedRegistry = SupervisedActor<typeof registryMachine>

/** Where an actor's dealings with the rest of the world go. */
export interface Outside {
  readonly turns: Turns
  readonly dispatcher: EventDispatcher
  readonly scheduler: Scheduler
  /** A task of the actor is due; earlier events reach it first. */
  beforeDue(actor: AnyActorRef): void
  /** Somebody who holds the actor has sent it an event. */
  request(actor: AnyActorRef, event: unknown): void
}

export class SupervisedActor<L extends AnyActorLogic> extends Actor<L> {
  /** When the event being handled happened, in ms of the registry's clock. */
  at: number
  /** The error that the event being handled comes from. No part of the event: inspectors are shown those. */
  cause: unknown = undefined
  /** How many subscribers others have. */
  watchers = 0
  readonly #outside: Outside
  #tasks: Map<string, Task> | null = null

  constructor(logic: L, options: ActorOptions<L>, at: number, outside: Outside) {
    super(logic, options)
    this.at = at
    this.#outside = outside
  }

  /** Hands the actor an event of ours. */
  deliver(event: EventFromLogic<L>, at: number, cause?: unknown): void {
    this.at = at
    this.cause = cause
    super.send(event)
    this.cause = undefined
  }

  /** `next` is ours: called inside the turn, at every decision. */
  onDecision(next: (snapshot: SnapshotFrom<L>) => void): void {
    // Whoever supervises hears of an error by itself; without a handler here XState would end the process.
    super.subscribe({ next, error: () => {} })
  }

  /** `tell` is ours: called inside the turn in which it has failed. */
  onError(tell: (error: unknown) => void): void {
    super.subscribe({ error: tell })
  }

  override send(event: EventFromLogic<L>): void {
    this.#outside.request(this, event)
  }

  override stop(): this {
    throw new ArgumentError('actor.stop()', 'registry.close() or registry.delete(name): the actor is supervised', this)
  }

  override subscribe(observer: Observer<SnapshotFrom<L>>): Subscription
  override subscribe(
    next?: (snapshot: SnapshotFrom<L>) => void,
    error?: (error: unknown) => void,
    complete?: () => void,
  ): Subscription
  override subscribe(
    next?: Observer<SnapshotFrom<L>> | ((snapshot: SnapshotFrom<L>) => void),
    error?: (error: unknown) => void,
    complete?: () => void,
  ): Subscription {
    const observer = toObserver(next as (snapshot: SnapshotFrom<L>) => void, error, complete)
    let isSubscribed = true
    const tell = (call: () => unknown) =>
      this.#outside.turns.later(() => {
        if (isSubscribed) this.#outside.dispatcher.callUserCode('subscriber', call, this.id)
      })
    const subscription = super.subscribe({
      next: (snapshot) => tell(() => observer.next?.(snapshot)),
      error: (thrown) => tell(() => observer.error?.(thrown)),
      complete: () => tell(() => observer.complete?.()),
    })
    this.watchers++
    return {
      unsubscribe: () => {
        if (!isSubscribed) return
        isSubscribed = false
        this.watchers--
        subscription.unsubscribe()
      },
    }
  }

  /** A delayed event of the actor's to itself, due `delay` ms after the event that is being handled. */
  schedule(event: EventFromLogic<L>, delay: number, id: string): void {
    const { turns, scheduler } = this.#outside
    const dueAt = this.at + delay
    this.#tasks ??= new Map()
    const task = scheduler.add(dueAt, () => {
      this.#outside.beforeDue(this)
      if (this.#tasks?.get(id) !== task) return
      this.#tasks.delete(id)
      turns.run(() => this.deliver(event, dueAt))
    })
    this.#tasks.set(id, task)
  }

  /** When the soonest of its delayed events is due. */
  get nextDueAt(): number | undefined {
    const due = Array.from(this.#tasks?.values() ?? [], ({ dueAt }) => dueAt)
    return due.length === 0 ? undefined : Math.min(...due)
  }

  cancel(id: string): void {
    const task = this.#tasks?.get(id)
    if (task === undefined) return
    this.#tasks?.delete(id)
    this.#outside.scheduler.cancel(task)
  }

  cancelAll(): void {
    if (this.#tasks === null) return
    for (const task of this.#tasks.values()) this.#outside.scheduler.cancel(task)
    this.#tasks = null
  }
}

/**
 * Puts the scheduler in the place of a system's own timers. XState's cancelAll looks through the timers of the whole system
 * each time an actor stops: 5 ms for one delete among 20,000 open breakers, 45 s to close them all.
 */
export function useScheduler({ scheduler }: AnyActorRef['system']): void {
  let last = 0
  scheduler.schedule = (source, _target, event, delay, id) =>
    (source as SupervisedBreaker).schedule(event as never, delay, id ?? `delayed-${last++}`)
  scheduler.cancel = (source, id) => (source as SupervisedBreaker).cancel(id)
  scheduler.cancelAll = (source) => (source as SupervisedBreaker).cancelAll()
}
