// SlidingWindow: how many of the recent calls were marked (failed, or slow). O(1) a call, memory fixed by its size.
// A window of calls is a ring of bits; a window of time is a ring of slices (slices.ts), the newest of them half full.
// Changed in place by the row; the machine and the pure layer copy it first.
import type { WindowSize } from './policy.ts'
import { msOf, phaseAt, placeOf, sliceAt, slicesIn, startOf, type TimeSize, ticksAt } from './slices.ts'

/** Below every time, and JSON, unlike -Infinity. */
const BEFORE_TIME = -Number.MAX_VALUE
const BITS = 32

export interface SlidingWindow {
  /** Time: calls per slice. Calls: empty, for each slot holds one call. */
  readonly counts: number[]
  /** Time: marked calls per slice. Calls: a bit per call, 32 in a number, so that a copy is cheap. */
  readonly marks: number[]
  /** Calls: the slot written next. Time: the number of the newest slice. */
  position: number
  /** Time: the place of the newest slice in the rings. */
  slot: number
  /** Time: end of the newest slice, in ms. Calls: before time began, so that no call has to ask which kind it is. */
  endsAt: number
  /** Time: the tick at which slice 0 begins. The clock's zero, unless the window was restored from a snapshot. */
  origin: number
  calls: number
  marked: number
}

export function newWindow(size: WindowSize, now: number): SlidingWindow {
  if ('calls' in size) return emptyWindow(0, Math.ceil(size.calls / BITS))
  const slices = slicesIn(size)
  const window = emptyWindow(slices, slices)
  moveTo(window, size, sliceAt(size, ticksAt(size, now)))
  return window
}

function emptyWindow(counts: number, marks: number): SlidingWindow {
  return {
    counts: new Array<number>(counts).fill(0),
    marks: new Array<number>(marks).fill(0),
    position: 0,
    slot: 0,
    endsAt: BEFORE_TIME,
    origin: 0,
    calls: 0,
    marked: 0,
  }
}

export function copyWindow(window: SlidingWindow): SlidingWindow {
  const { counts, marks, position, slot, endsAt, origin, calls, marked } = window
  return { counts: counts.slice(), marks: marks.slice(), position, slot, endsAt, origin, calls, marked }
}

export function addCall(window: SlidingWindow, size: WindowSize, marked: boolean, now: number): void {
  if (!(now < window.endsAt)) {
    if ('calls' in size) {
      pushCall(window, size.calls, marked)
      return
    }
    expire(window, size, now)
  }
  const { slot, counts } = window
  counts[slot] = (counts[slot] as number) + 1
  window.calls++
  if (marked) {
    window.marks[slot] = (window.marks[slot] as number) + 1
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

function isMarked(marks: readonly number[], slot: number): boolean {
  return ((marks[Math.floor(slot / BITS)] as number) & (1 << (slot % BITS))) !== 0
}

/** Forgets the slices that are out of the window at `now`; an event exactly one window old is out. */
export function expire(window: SlidingWindow, size: WindowSize, now: number): void {
  if ('calls' in size || now < window.endsAt) return
  const newest = sliceAt(size, ticksAt(size, now) - window.origin)
  const { length } = window.counts
  // However long the silence was, no slice is cleared twice.
  const passed = Math.min(newest - window.position, length)
  for (let slice = 0; slice < passed; slice++) clear(window, placeOf(newest - slice, length))
  // A clock that jumped back, or gives no number, takes no slice back.
  if (passed > 0) moveTo(window, size, newest)
}

/**
 * What the window holds by now, in one of another size, by the rules that docs/policy.md states: nothing that happened is
 * lost but for want of room, nothing stays longer than either window lets it, and nothing is invented.
 */
export function resizeWindow(window: SlidingWindow, from: WindowSize, to: WindowSize, now: number): SlidingWindow {
  const slices = slicesOf(window, from, now)
  if (isSameSize(from, to)) return copyWindow(window)
  if ('calls' in to) return 'calls' in from ? windowOf(slices, to, now) : windowOfCalls(slices, to, now)
  const resized = newWindow(to, now)
  if ('calls' in from) {
    // Nobody knows when they happened: as if it were now, so that they leave when one window has passed.
    merge(resized, resized.position, window.calls, window.marked)
    return resized
  }
  slices.forEach(([calls, marked], index) => {
    // A slice is as old as its start: an event may leave early by a slice, never stay late.
    const start = window.origin + startOf(from, window.position - (slices.length - 1 - index))
    merge(resized, sliceAt(to, ticksAt(to, msOf(from, start))), calls, marked)
  })
  return resized
}

/** The newest calls of slices of time. Nobody knows the order within a slice: its marked calls are spread evenly. */
function windowOfCalls(
  slices: readonly (readonly [number, number])[],
  to: WindowSize & { readonly calls: number },
  now: number,
): SlidingWindow {
  const window = newWindow(to, now)
  let tooMany = slices.reduce((sum, [calls]) => sum + calls, 0) - to.calls
  for (const [calls, marked] of slices) {
    // Not one by one: a slice may hold millions.
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

/** What the window holds, oldest first: [calls, marked] of each slice; of a window of calls, of each call. */
export function slicesOf(window: SlidingWindow, size: WindowSize, now: number): [number, number][] {
  expire(window, size, now)
  const { counts, marks, position, calls } = window
  if ('calls' in size) {
    return Array.from({ length: calls }, (_, index) => {
      return [1, isMarked(marks, placeOf(position - calls + index, size.calls)) ? 1 : 0]
    })
  }
  return counts.map((_, index) => {
    const place = placeOf(position + 1 + index, counts.length)
    return [counts[place] as number, marks[place] as number]
  })
}

/** How long ago slice 0 of the current round began, in ms: with the slices it makes the same window at another time. */
export function phaseMsOf(window: SlidingWindow, size: WindowSize, now: number): number | undefined {
  if ('calls' in size) return undefined
  expire(window, size, now)
  // On a clock that jumped back the newest slice has only just begun.
  const ticks = Math.max(ticksAt(size, now) - window.origin, startOf(size, window.position))
  return msOf(size, phaseAt(size, ticks))
}

/**
 * The inverse of slicesOf at another time, when the window was `phaseMs` into its round. If nobody knows how far, the
 * newest slice may have been at its end, and counts as one that is.
 */
export function windowOf(
  slices: readonly (readonly [number, number])[],
  size: WindowSize,
  now: number,
  phaseMs?: number,
): SlidingWindow {
  const window = newWindow(size, now)
  if ('calls' in size) {
    for (const [calls, marked] of slices) if (calls > 0) pushCall(window, size.calls, marked > 0)
    return window
  }
  if (phaseMs !== undefined) {
    const phase = phaseAt(size, ticksAt(size, phaseMs))
    window.origin = ticksAt(size, now) - phase
    moveTo(window, size, sliceAt(size, phase))
  }
  const newest = phaseMs === undefined ? window.position - 1 : window.position
  slices.forEach(([calls, marked], index) => {
    merge(window, newest - (slices.length - 1 - index), calls, marked)
  })
  return window
}

function merge(window: SlidingWindow, slice: number, calls: number, marked: number): void {
  const { counts, marks, position } = window
  if (slice <= position - counts.length) return
  const place = placeOf(Math.min(slice, position), counts.length)
  counts[place] = (counts[place] as number) + calls
  marks[place] = (marks[place] as number) + marked
  window.calls += calls
  window.marked += marked
}

function clear(window: SlidingWindow, place: number): void {
  window.calls -= window.counts[place] as number
  window.marked -= window.marks[place] as number
  window.counts[place] = 0
  window.marks[place] = 0
}

function moveTo(window: SlidingWindow, size: TimeSize, slice: number): void {
  window.position = slice
  window.slot = placeOf(slice, window.counts.length)
  window.endsAt = msOf(size, window.origin + startOf(size, slice + 1))
}
