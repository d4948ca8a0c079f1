// SlidingWindow: how many of the recent calls were marked (failed, or slow). O(1) a call, memory fixed by its size.
// A window of calls is a ring of bits; a window of time is a ring of buckets (buckets.ts), the newest of them half full.
// Changed in place by the row; the machine and the pure layer copy it first.

import {
  bucketAt,
  bucketsIn,
  msOf,
  phaseAt,
  ringIndex,
  startOf,
  type TimeSize,
  ticksAt,
  type WindowSize,
} from './buckets.ts'

/** Below every time, and JSON, unlike -Infinity. */
const BEFORE_TIME = -Number.MAX_VALUE
const BITS = 32

export interface SlidingWindow {
  /** Time: calls per bucket. Calls: empty, for each slot holds one call. */
  readonly counts: number[]
  /** Time: marked calls per bucket. Calls: a bit per call, 32 in a number, so that a copy is cheap. */
  readonly marks: number[]
  /** Calls: the slot written next. Time: the number of the newest bucket. */
  position: number
  /** Time: the index of the newest bucket in the rings. */
  ringIndex: number
  /** Time: end of the newest bucket, in ms. Calls: before time began, so that no call has to ask which kind it is. */
  endsAt: number
  /** Time: the tick at which bucket 0 begins. The clock's zero, unless the window was restored from a snapshot. */
  origin: number
  calls: number
  marked: number
}

export function newWindow(size: WindowSize, now: number): SlidingWindow {
  if ('calls' in size) return emptyWindow(0, Math.ceil(size.calls / BITS))
  const buckets = bucketsIn(size)
  const window = emptyWindow(buckets, buckets)
  moveTo(window, size, bucketAt(size, ticksAt(size, now)))
  return window
}

function emptyWindow(counts: number, marks: number): SlidingWindow {
  return {
    counts: new Array<number>(counts).fill(0),
    marks: new Array<number>(marks).fill(0),
    position: 0,
    ringIndex: 0,
    endsAt: BEFORE_TIME,
    origin: 0,
    calls: 0,
    marked: 0,
  }
}

export function copyWindow(window: SlidingWindow): SlidingWindow {
  const { counts, marks, position, ringIndex, endsAt, origin, calls, marked } = window
  return { counts: counts.slice(), marks: marks.slice(), position, ringIndex, endsAt, origin, calls, marked }
}

export function addCall(window: SlidingWindow, size: WindowSize, marked: boolean, now: number): void {
  if (!(now < window.endsAt)) {
    if ('calls' in size) {
      pushCall(window, size.calls, marked)
      return
    }
    expire(window, size, now)
  }
  const { ringIndex, counts } = window
  counts[ringIndex] = (counts[ringIndex] as number) + 1
  window.calls++
  if (marked) {
    window.marks[ringIndex] = (window.marks[ringIndex] as number) + 1
    window.marked++
  }
}

/** The newest call takes the slot of the oldest. */
function pushCall(window: SlidingWindow, capacity: number, marked: boolean): void {
  const { marks, position } = window
  const wasMarked = isMarked(marks, position)
  window.position = position + 1 >= capacity ? 0 : position + 1
  if (window.calls < capacity) window.calls++
  if (marked === wasMarked) return
  marks[Math.floor(position / BITS)] = (marks[Math.floor(position / BITS)] as number) ^ (1 << (position % BITS))
  window.marked += marked ? 1 : -1
}

function isMarked(marks: readonly number[], ringIndex: number): boolean {
  return ((marks[Math.floor(ringIndex / BITS)] as number) & (1 << (ringIndex % BITS))) !== 0
}

/** Forgets the buckets that are out of the window at `now`; an event exactly one window old is out. */
export function expire(window: SlidingWindow, size: WindowSize, now: number): void {
  if ('calls' in size || now < window.endsAt) return
  const newest = bucketAt(size, ticksAt(size, now) - window.origin)
  const { length } = window.counts
  // However long the silence was, no bucket is cleared twice.
  const passed = Math.min(newest - window.position, length)
  for (let bucket = 0; bucket < passed; bucket++) clear(window, ringIndex(newest - bucket, length))
  // A clock that jumped back, or gives no number, takes no bucket back.
  if (passed > 0) moveTo(window, size, newest)
}

/**
 * What the window holds by now, in one of another size, by the rules in docs/policy.md: nothing that happened is lost
 * except for lack of room, nothing stays longer than either window lets it, and nothing is invented.
 */
export function resizeWindow(window: SlidingWindow, from: WindowSize, to: WindowSize, now: number): SlidingWindow {
  const buckets = bucketsOf(window, from, now)
  if (isSameSize(from, to)) return copyWindow(window)
  if ('calls' in to) return 'calls' in from ? windowOf(buckets, to, now) : windowOfCalls(buckets, to, now)
  const resized = newWindow(to, now)
  if ('calls' in from) {
    // Nobody knows when they happened: as if it were now, so that they leave when one window has passed.
    merge(resized, resized.position, window.calls, window.marked)
    return resized
  }
  buckets.forEach(([calls, marked], index) => {
    // A bucket is as old as its start: an event may leave early by a bucket, never stay late.
    const start = window.origin + startOf(from, window.position - (buckets.length - 1 - index))
    merge(resized, bucketAt(to, ticksAt(to, msOf(from, start))), calls, marked)
  })
  return resized
}

/** The newest calls of buckets of time. Nobody knows the order within a bucket: its marked calls are spread evenly. */
function windowOfCalls(
  buckets: readonly (readonly [number, number])[],
  to: WindowSize & { readonly calls: number },
  now: number,
): SlidingWindow {
  const window = newWindow(to, now)
  let tooMany = buckets.reduce((sum, [calls]) => sum + calls, 0) - to.calls
  for (const [calls, marked] of buckets) {
    // Not one by one: a bucket may hold millions.
    const left = Math.min(Math.max(0, tooMany), calls)
    tooMany -= left
    const markedUpTo = (call: number) => Math.round((call * marked) / calls)
    for (let call = left; call < calls; call++) {
      pushCall(window, to.calls, markedUpTo(call + 1) > markedUpTo(call))
    }
  }
  return window
}

export function isSameSize(one: WindowSize, other: WindowSize): boolean {
  if ('calls' in one || 'calls' in other) return 'calls' in one && 'calls' in other && one.calls === other.calls
  return one.timeMs === other.timeMs && one.buckets === other.buckets
}

/** What the window holds, oldest first: [calls, marked] of each bucket; of a window of calls, of each call. */
export function bucketsOf(window: SlidingWindow, size: WindowSize, now: number): [number, number][] {
  expire(window, size, now)
  const { counts, marks, position, calls } = window
  if ('calls' in size) {
    return Array.from({ length: calls }, (_, index) => {
      return [1, isMarked(marks, ringIndex(position - calls + index, size.calls)) ? 1 : 0]
    })
  }
  return counts.map((_, age) => {
    const index = ringIndex(position + 1 + age, counts.length)
    return [counts[index] as number, marks[index] as number]
  })
}

/** How long ago bucket 0 of the current round began, in ms: with the buckets it makes the same window at another time. */
export function phaseMsOf(window: SlidingWindow, size: WindowSize, now: number): number | undefined {
  if ('calls' in size) return undefined
  expire(window, size, now)
  // On a clock that jumped back the newest bucket has only just begun.
  const ticks = Math.max(ticksAt(size, now) - window.origin, startOf(size, window.position))
  return msOf(size, phaseAt(size, ticks))
}

/**
 * The inverse of slicesOf at another time, when the window was `phaseMs` into its round. If nobody knows how far, the
 * newest bucket may have been at its end, and counts as one that is.
 */
export function windowOf(
  buckets: readonly (readonly [number, number])[],
  size: WindowSize,
  now: number,
  phaseMs?: number,
): SlidingWindow {
  const window = newWindow(size, now)
  if ('calls' in size) {
    for (const [calls, marked] of buckets) if (calls > 0) pushCall(window, size.calls, marked > 0)
    return window
  }
  if (phaseMs !== undefined) {
    const phase = phaseAt(size, ticksAt(size, phaseMs))
    window.origin = ticksAt(size, now) - phase
    moveTo(window, size, bucketAt(size, phase))
  }
  const newest = phaseMs === undefined ? window.position - 1 : window.position
  buckets.forEach(([calls, marked], index) => {
    merge(window, newest - (buckets.length - 1 - index), calls, marked)
  })
  return window
}

function merge(window: SlidingWindow, bucket: number, calls: number, marked: number): void {
  const { counts, marks, position } = window
  if (bucket <= position - counts.length) return
  const index = ringIndex(Math.min(bucket, position), counts.length)
  counts[index] = (counts[index] as number) + calls
  marks[index] = (marks[index] as number) + marked
  window.calls += calls
  window.marked += marked
}

function clear(window: SlidingWindow, index: number): void {
  window.calls -= window.counts[index] as number
  window.marked -= window.marks[index] as number
  window.counts[index] = 0
  window.marks[index] = 0
}

function moveTo(window: SlidingWindow, size: TimeSize, bucket: number): void {
  window.position = bucket
  window.ringIndex = ringIndex(bucket, window.counts.length)
  window.endsAt = msOf(size, window.origin + startOf(size, bucket + 1))
}
