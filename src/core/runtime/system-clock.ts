// SystemClock: the platform's monotonic clock, with timers that keep no process alive. Everything is read through the
// global object at each call, so that fake timers drive it whenever they are installed. Nothing here is Node's alone.
import type { Clock } from '../edge/clock.ts'
import { first, timersNow } from './platform-timers.ts'

/** setTimeout treats a longer delay as 1 ms. */
const LONGEST_DELAY_MS = 2 ** 31 - 1
/** Real timers come up to 1 ms before their time, by a clock that counts in smaller steps than theirs. */
const HONEST_ERROR_MS = 2

const { Date: realDate, setTimeout: realSetTimeout, now: realNow } = first

/** One object, because a number in a variable of a module is allocated again each time it is set. */
const time = {
  /** What it is read from: `performance.now` or `Date`, real or fake. Compared, never called. */
  source: realNow as unknown,
  /** From a reading of the source to our time, which goes on where the source before it ended. */
  offsetMs: 0,
  latestMs: 0,
}

function now(): number {
  const { performance } = globalThis
  if (performance.now !== realNow) return timeAt(performance.now, performance.now())
  // node:test fakes timers and Date, and no other clock. A Date that alone is replaced is the wall clock being set.
  if (Date !== realDate && setTimeout !== realSetTimeout) return timeAt(Date, Date.now())
  return timeAt(realNow, performance.now())
}

function timeAt(source: unknown, reading: number): number {
  if (source !== time.source) {
    time.source = source
    // Whole milliseconds, which is what fake clocks count in: half of one would make 30 s take 30,001 of their ticks.
    time.offsetMs = Math.ceil(time.latestMs - reading)
  }
  const ms = reading + time.offsetMs
  if (ms > time.latestMs) time.latestMs = ms
  // A fake Date was set back: time goes on from here.
  else if (ms < time.latestMs - 1) time.offsetMs += Math.ceil(time.latestMs - ms)
  return time.latestMs
}

interface Timer {
  readonly fn: () => void
  readonly dueAt: number
  readonly keepAlive: boolean
  id: unknown
  /** Of the timers it was set with: those of another fake would refuse it. */
  clear: (id: never) => void
}

function arm(timer: Timer, startedAt: number, leftMs: number): void {
  const { source } = time
  const delayMs = Math.min(leftMs, LONGEST_DELAY_MS)
  const endsAt = startedAt + delayMs
  const fire = () => {
    // Much too early: somebody fakes timers but no clock that we read, and says by this one that it is that late.
    if (endsAt - now() > HONEST_ERROR_MS && source === time.source) passUntil(endsAt)
    const at = now()
    if (at < timer.dueAt) arm(timer, at, timer.dueAt - at)
    else timer.fn()
  }
  // Rounded up: the platform drops the fraction, and a timer must not fire before its time.
  timer.id = setTimeout(fire, Math.ceil(delayMs))
  timer.clear = clearTimeout
  // A real timer may have gone on as a fake one: whoever relies on it must find that these came between.
  timersNow()
  // An open breaker must not keep the process alive. In a browser the timer is a number, and there is nothing to keep.
  if (!timer.keepAlive) (timer.id as { unref?: () => void }).unref?.()
}

function passUntil(ms: number): void {
  time.offsetMs += ms - time.latestMs
  time.latestMs = ms
}

/** The platform's monotonic clock, or the fake one that stands in for it. */
export const systemClock: Clock = {
  now,
  setTimeout(fn, ms, keepAlive = false) {
    const startedAt = now()
    const timer: Timer = { fn, dueAt: startedAt + ms, keepAlive, id: undefined, clear: clearTimeout }
    arm(timer, startedAt, ms)
    return timer
  },
  clearTimeout(timer) {
    const { id, clear } = timer as Timer
    // Fakes that are gone have forgotten theirs, and break when they are asked (those of node:test, Node 20).
    if (clear === first.clearTimeout || clear === clearTimeout) clear(id as never)
  },
}
