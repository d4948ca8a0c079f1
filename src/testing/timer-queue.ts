// TimerQueue: pending timers of the virtual clock, soonest first, ties in the order they were set: a binary heap.
// A removed timer stays in the heap until it comes up, or until half of the heap is such: all is O(log n) a timer.
interface Timer {
  readonly id: number
  readonly dueAt: number
  readonly fn: () => void
}

export interface TimerQueue {
  /** The id of the new timer. */
  add(dueAt: number, fn: () => void): number
  remove(id: unknown): void
  first(): Timer | undefined
  takeFirst(): Timer | undefined
  /** In order. */
  dueTimes(): number[]
}

export function newQueue(): TimerQueue {
  const live = new Map<unknown, Timer>()
  let heap: Timer[] = []
  let lastId = 0

  function first(): Timer | undefined {
    while (heap[0] !== undefined && !live.has(heap[0].id)) pop(heap)
    return heap[0]
  }

  return {
    add(dueAt, fn) {
      const timer = { id: ++lastId, dueAt, fn }
      live.set(timer.id, timer)
      push(heap, timer)
      return timer.id
    },
    remove(id) {
      if (live.delete(id) && heap.length > 2 * live.size + 16) heap = [...live.values()].sort(compare)
    },
    first,
    takeFirst() {
      const timer = first()
      if (timer === undefined) return undefined
      pop(heap)
      live.delete(timer.id)
      return timer
    },
    dueTimes: () => [...live.values()].map(({ dueAt }) => dueAt).sort((left, right) => left - right),
  }
}

function compare(left: Timer, right: Timer): number {
  return left.dueAt - right.dueAt || left.id - right.id
}

function push(heap: Timer[], timer: Timer): void {
  let at = heap.length
  heap.push(timer)
  while (at > 0) {
    const parent = (at - 1) >> 1
    const above = heap[parent] as Timer
    if (compare(above, timer) <= 0) break
    heap[at] = above
    at = parent
  }
  heap[at] = timer
}

function pop(heap: Timer[]): void {
  const last = heap.pop()
  if (last === undefined || heap.length === 0) return
  let at = 0
  for (;;) {
    const left = 2 * at + 1
    const right = left + 1
    const leftChild = heap[left]
    const rightChild = heap[right]
    if (leftChild === undefined) break
    const isRight = rightChild !== undefined && compare(rightChild, leftChild) < 0
    const child = isRight ? rightChild : leftChild
    if (compare(child, last) >= 0) break
    heap[at] = child
    at = isRight ? right : left
  }
  heap[at] = last
}
