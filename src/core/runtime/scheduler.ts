// Scheduler: everything that is due later, in order of its time, behind one timer of the clock. Written by the actors'
// delayed events; processed in batches, so that 100,000 breakers due at once freeze nothing. Its timer is a hint: it may
// come early, late or never, and other code sets it again if it may be lost.
import type { Clock } from '../edge/clock.ts'
import { BATCH_MS, type Grace } from './grace.ts'
import { timersNow } from './platform-timers.ts'
import { type Task, TaskHeap } from './task-heap.ts'

/** Platforms take a longer delay for 1 ms. */
const LONGEST_DELAY_MS = 2 ** 31 - 1
/** A timer that is so much overdue is no longer waited for. In most stalls it still comes, so another gains nothing. */
const LOST_AFTER_MS = 1_000

export class Scheduler {
  readonly #clock: Clock
  /** Whether the process must not end before what is due. */
  readonly #keepsAlive: boolean
  readonly #grace: Grace | null
  readonly #tasks = new TaskHeap()
  #timer: unknown
  /** What the timer was set for, or Infinity. */
  #timerDueAt = Number.POSITIVE_INFINITY
  /** After that the timer counts as lost. */
  #trustedUntil = Number.POSITIVE_INFINITY
  /** The timers that the platform had when it was set. */
  #setWith = 0
  #timers = 0
  #isArming = false

  /** `clock` must not throw: see guardClock. With a `grace`, what is due after a stall waits for one turn of the loop. */
  constructor(clock: Clock, keepsAlive = false, grace: Grace | null = null) {
    this.#clock = clock
    this.#keepsAlive = keepsAlive
    this.#grace = grace
  }

  add(dueAt: number, run: () => void): Task {
    return this.#tasks.add(dueAt, run)
  }

  cancel(task: Task): void {
    this.#tasks.cancel(task)
  }

  clear(): void {
    this.#tasks.clear()
    this.arm()
  }

  /** Whether what was due at `dueAt` must not be judged yet: see Grace. */
  isGraceOwed(dueAt: number, now: number): boolean {
    return this.#grace?.isOwed(dueAt, now) === true
  }

  /**
   * Sets the clock's timer to the soonest task, or sets it again if it may be lost. Returns whether there is one now, or no
   * need. Called between turns only: the clock is foreign code. `now` if the time is known: it shows what is overdue.
   */
  arm(now?: number): boolean {
    if (this.#isArming) return true
    this.#isArming = true
    if (this.#timer !== undefined && this.#mayBeLost(now)) this.#drop()
    let isSet = true
    // Again until it holds, for the clock may have made tasks of its own; or until the clock fails.
    for (let dueAt = this.#soonest(); isSet && !this.#isArmedFor(dueAt); dueAt = this.#soonest()) {
      isSet = this.#setTimer(dueAt)
    }
    this.#isArming = false
    return isSet
  }

  #soonest(): number {
    return this.#tasks.soonest()
  }

  #mayBeLost(now: number | undefined): boolean {
    return this.#setWith !== timersNow() || (now !== undefined && now > this.#trustedUntil)
  }

  /** A timer that has become too early finds nothing to do, which costs less than to move it. */
  #isArmedFor(dueAt: number): boolean {
    return dueAt === Number.POSITIVE_INFINITY ? this.#timer === undefined : this.#timerDueAt <= dueAt
  }

  #drop(): void {
    const timer = this.#timer
    this.#timers++
    this.#timer = undefined
    this.#timerDueAt = Number.POSITIVE_INFINITY
    if (timer !== undefined) this.#clock.clearTimeout(timer)
  }

  /** Says whether the clock took it. If not, the next to arm tries again: nothing else is lost with one timer. */
  #setTimer(dueAt: number): boolean {
    this.#drop()
    if (dueAt === Number.POSITIVE_INFINITY) return true
    const number = this.#timers
    this.#timerDueAt = dueAt
    const now = this.#clock.now()
    const delayMs = Math.min(Math.max(0, dueAt - now), LONGEST_DELAY_MS)
    this.#trustedUntil = now + delayMs + LOST_AFTER_MS
    this.#timer = this.#clock.setTimeout(() => this.#work(number), delayMs, this.#keepsAlive)
    this.#setWith = timersNow()
    if (this.#timer === undefined) this.#timerDueAt = Number.POSITIVE_INFINITY
    return this.#timer !== undefined
  }

  /** Keeps the tasks that are due, soonest first, for one batch of time. */
  #work(timer: number): void {
    // A timer that could not be cleared.
    if (timer !== this.#timers) return
    this.#timer = undefined
    this.#timerDueAt = Number.POSITIVE_INFINITY
    const startedAt = this.#clock.now()
    // The timer may be early (it is by up to 0.9 ms on Node, by weeks when the delay was too long): the clock decides.
    for (let now = startedAt; this.#soonest() <= now && now - startedAt < BATCH_MS; now = this.#clock.now()) {
      if (this.isGraceOwed(this.#soonest(), now)) {
        this.#grace?.give(now)
        break
      }
      this.#tasks.take()?.()
    }
    this.arm()
  }
}
