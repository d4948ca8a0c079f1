// Agenda: everything that is due later, in order of its time, behind one timer of the clock.
// Written by the actors' delayed events; worked off in slices, so that 100,000 breakers due at once freeze nobody.
import type { Clock } from '../edge/clock.ts'

/** How long the agenda may work before others get their turn, in ms of the clock. */
export const SLICE_MS = 5
/** Platforms take a longer delay for 1 ms. */
const LONGEST_DELAY_MS = 2 ** 31 - 1

export interface Appointment {
  readonly dueAt: number
  /** Appointments of the same time are kept in the order in which they were made. */
  readonly number: number
  /** `null` once it was kept or cancelled. */
  run: (() => void) | null
}

export class Agenda {
  readonly #clock: Clock
  /** Whether the process must not end before what is due. */
  readonly #keepsAlive: boolean
  /** A binary heap: the soonest is first. Cancelled ones stay until they are due, or are the greater part. */
  #heap: Appointment[] = []
  #made = 0
  #cancelled = 0
  #timer: unknown
  /** When the timer that is set is due, or Infinity. */
  #timerDueAt = Number.POSITIVE_INFINITY
  #timers = 0
  #isArming = false

  /** `clock` must not throw: see guardClock. */
  constructor(clock: Clock, keepsAlive = false) {
    this.#clock = clock
    this.#keepsAlive = keepsAlive
  }

  add(dueAt: number, run: () => void): Appointment {
    const appointment = { dueAt, number: this.#made++, run }
    this.#heap.push(appointment)
    this.#rise(this.#heap.length - 1)
    return appointment
  }

  cancel(appointment: Appointment): void {
    if (appointment.run === null) return
    appointment.run = null
    if (++this.#cancelled > this.#heap.length / 2) this.#tidy()
  }

  clear(): void {
    for (const appointment of this.#heap) appointment.run = null
    this.#heap = []
    this.#cancelled = 0
    this.arm()
  }

  /** Sets the clock's timer to the soonest appointment. Called between turns only: the clock is foreign code. */
  arm(): void {
    if (this.#isArming) return
    this.#isArming = true
    // Again until it holds, for the clock may have made appointments of its own; or until the clock fails.
    for (let dueAt = this.#soonest(); !this.#isArmedFor(dueAt); dueAt = this.#soonest()) {
      if (!this.#setTimer(dueAt)) break
    }
    this.#isArming = false
  }

  #soonest(): number {
    while (this.#heap[0]?.run === null) this.#take()
    return this.#heap[0]?.dueAt ?? Number.POSITIVE_INFINITY
  }

  /** A timer that has become too early finds nothing to do, which costs less than to move it. */
  #isArmedFor(dueAt: number): boolean {
    return dueAt === Number.POSITIVE_INFINITY ? this.#timer === undefined : this.#timerDueAt <= dueAt
  }

  /** Says whether the clock took it. If not, the next to arm tries again: nothing else is lost with one timer. */
  #setTimer(dueAt: number): boolean {
    const timer = this.#timer
    const number = ++this.#timers
    this.#timer = undefined
    this.#timerDueAt = dueAt
    if (timer !== undefined) this.#clock.clearTimeout(timer)
    if (dueAt === Number.POSITIVE_INFINITY) return true
    const delayMs = Math.min(Math.max(0, dueAt - this.#clock.now()), LONGEST_DELAY_MS)
    this.#timer = this.#clock.setTimeout(() => this.#work(number), delayMs, this.#keepsAlive)
    if (this.#timer === undefined) this.#timerDueAt = Number.POSITIVE_INFINITY
    return this.#timer !== undefined
  }

  /** Keeps the appointments that are due, soonest first, for one slice of time. */
  #work(timer: number): void {
    // A timer that could not be cleared.
    if (timer !== this.#timers) return
    this.#timer = undefined
    this.#timerDueAt = Number.POSITIVE_INFINITY
    const startedAt = this.#clock.now()
    // The timer may be early (it is by up to 0.9 ms on Node, by weeks when the delay was too long): the clock decides.
    for (let now = startedAt; this.#soonest() <= now && now - startedAt < SLICE_MS; now = this.#clock.now()) {
      this.#take()?.()
    }
    this.arm()
  }

  #take(): (() => void) | null {
    const heap = this.#heap
    const first = heap[0] as Appointment
    const last = heap.pop() as Appointment
    if (heap.length > 0) {
      heap[0] = last
      this.#sink(0)
    }
    const { run } = first
    if (run === null) this.#cancelled--
    first.run = null
    return run
  }

  /** Drops what was cancelled. */
  #tidy(): void {
    this.#heap = this.#heap.filter(({ run }) => run !== null)
    this.#cancelled = 0
    for (let index = (this.#heap.length >> 1) - 1; index >= 0; index--) this.#sink(index)
  }

  #rise(start: number): void {
    const heap = this.#heap
    const rising = heap[start] as Appointment
    let index = start
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (isBefore(heap[parent] as Appointment, rising)) break
      heap[index] = heap[parent] as Appointment
      index = parent
    }
    heap[index] = rising
  }

  #sink(start: number): void {
    const heap = this.#heap
    const sinking = heap[start] as Appointment
    let index = start
    for (let child = 2 * index + 1; child < heap.length; child = 2 * index + 1) {
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Appointment, heap[child] as Appointment)) child++
      if (isBefore(sinking, heap[child] as Appointment)) break
      heap[index] = heap[child] as Appointment
      index = child
    }
    heap[index] = sinking
  }
}

function isBefore(one: Appointment, other: Appointment): boolean {
  return one.dueAt < other.dueAt || (one.dueAt === other.dueAt && one.number < other.number)
}
