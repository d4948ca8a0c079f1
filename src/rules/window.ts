// SlidingWindow: how many of the recent calls were marked (failed, or slow). O(1) a call, memory fixed by its size.
// A window of calls is a ring of single outcomes; a window of time is a ring of slices, each as long as time / buckets.
// Changed in place by the row; the machine and the pure layer copy it first.
import type { WindowSize } from './policy.ts'

type TimeSize = Extract<WindowSize, { readonly timeMs: number }>

/** Below every time, and JSON, unlike -Infinity. */
const BEFORE_TIME = -Number.MAX_VALUE

export interface SlidingWindow {
  /** Calls per slice. */
  readonly counts: number[]
  /** Marked calls per slice. */
  readonly marks: number[]
  /** Calls: the slot written next. Time: the number of the newest slice since time zero. */
  position: number
  /** The slot being written. */
  slot: number
  /** End of the newest slice. A window of calls ends before time began: every call moves on to the next slot. */
  endsAt: number
  calls: number
  marked: number
}

export function newWindow(size: WindowSize, now: number): SlidingWindow {
  const slots = 'calls' in size ? size.calls : size.buckets
  const window = {
    counts: new Array<number>(slots).fill(0),
    marks: new Array<number>(slots).fill(0),
    position: 0,
    slot: 0,
    endsAt: BEFORE_TIME,
    calls: 0,
    marked: 0,
  }
  if ('timeMs' in size) moveTo(window, size, sliceAt(size, now))
  return window
}

export function copyWindow(window: SlidingWindow): SlidingWindow {
  return { ...window, counts: window.counts.slice(), marks: window.marks.slice() }
}

export function addCall(window: SlidingWindow, size: WindowSize, marked: boolean, now: number): void {
  if (now >= window.endsAt) advance(window, size, now)
  const { slot, counts } = window
  counts[slot] = (counts[slot] as number) + 1
  window.calls++
  if (marked) {
    window.marks[slot] = (window.marks[slot] as number) + 1
    window.marked++
  }
}

function advance(window: SlidingWindow, size: WindowSize, now: number): void {
  if ('timeMs' in size) expire(window, size, now)
  else {
    window.slot = window.position
    window.position = window.slot + 1 === size.calls ? 0 : window.slot + 1
    clear(window, window.slot)
  }
}

/** Forgets the slices that are out of the window at `now`; an event exactly one window old is out. */
export function expire(window: SlidingWindow, size: WindowSize, now: number): void {
  if ('calls' in size || now < window.endsAt) return
  // At the very end of a slice a rounded quotient may still name it.
  const newest = Math.max(sliceAt(size, now), window.position + 1)
  const first = Math.max(window.position + 1, newest - size.buckets + 1)
  for (let position = first; position <= newest; position++) clear(window, slotOf(size, position))
  moveTo(window, size, newest)
}

/** The same evidence in a window of another size. Calls and time have no common measure: that change starts empty. */
export function resizeWindow(window: SlidingWindow, from: WindowSize, to: WindowSize, now: number): SlidingWindow {
  const resized = newWindow(to, now)
  const slices = slicesOf(window, from, now)
  if ('calls' in from && 'calls' in to) return windowOf(slices, to, now)
  if ('timeMs' in from && 'timeMs' in to) {
    slices.forEach(([calls, marked], index) => {
      // A slice is as old as its start: an event may leave early by a slice, never stay late.
      const startedAt = ((window.position - (slices.length - 1 - index)) * from.timeMs) / from.buckets
      merge(resized, to, sliceAt(to, startedAt), calls, marked)
    })
  }
  return resized
}

/** What the window holds, oldest first: [calls, marked] of each slice; of a window of calls, of each call. */
export function slicesOf(window: SlidingWindow, size: WindowSize, now: number): [number, number][] {
  expire(window, size, now)
  const slots = window.counts.length
  const held = 'calls' in size ? window.calls : slots
  // The newest call is in the slot before the next one; the newest slice is the current one.
  const newest = 'calls' in size ? window.position - 1 : window.position
  return Array.from({ length: held }, (_, index) => {
    const slot = (((newest - held + 1 + index) % slots) + slots) % slots
    return [window.counts[slot] as number, window.marks[slot] as number]
  })
}

/** The inverse of slicesOf at another time: the newest slice becomes the current one. */
export function windowOf(slices: readonly (readonly [number, number])[], size: WindowSize, now: number): SlidingWindow {
  const window = newWindow(size, now)
  slices.forEach(([calls, marked], index) => {
    if ('calls' in size) {
      if (calls > 0) addCall(window, size, marked > 0, now)
    } else {
      const age = slices.length - 1 - index
      merge(window, size, window.position - age, calls, marked)
    }
  })
  return window
}

function merge(window: SlidingWindow, size: TimeSize, position: number, calls: number, marked: number): void {
  if (calls === 0 || position <= window.position - size.buckets) return
  const slot = slotOf(size, position)
  window.counts[slot] = (window.counts[slot] as number) + calls
  window.marks[slot] = (window.marks[slot] as number) + marked
  window.calls += calls
  window.marked += marked
}

function clear(window: SlidingWindow, slot: number): void {
  window.calls -= window.counts[slot] as number
  window.marked -= window.marks[slot] as number
  window.counts[slot] = 0
  window.marks[slot] = 0
}

function moveTo(window: SlidingWindow, size: TimeSize, position: number): void {
  window.position = position
  window.slot = slotOf(size, position)
  window.endsAt = ((position + 1) * size.timeMs) / size.buckets
}

function sliceAt(size: TimeSize, now: number): number {
  return Math.floor((now * size.buckets) / size.timeMs)
}

/** Slices before time zero, in a snapshot restored on a young clock, have negative numbers. */
function slotOf(size: TimeSize, position: number): number {
  return ((position % size.buckets) + size.buckets) % size.buckets
}
