// TaskHeap: what is due later, soonest first: a binary heap. Written and read by the scheduler alone.

export interface Task {
  readonly dueAt: number
  /** TaskHeap of the same time are kept in the order in which they were made. */
  readonly number: number
  /** `null` once it was kept or cancelled. */
  run: (() => void) | null
}

export class TaskHeap {
  /** The soonest is first. Cancelled ones stay until they are due, or are the greater part. */
  #heap: Task[] = []
  #made = 0
  #cancelled = 0

  add(dueAt: number, run: () => void): Task {
    const task = { dueAt, number: this.#made++, run }
    this.#heap.push(task)
    this.#rise(this.#heap.length - 1)
    return task
  }

  cancel(task: Task): void {
    if (task.run === null) return
    task.run = null
    if (++this.#cancelled > this.#heap.length / 2) this.#tidy()
  }

  clear(): void {
    for (const task of this.#heap) task.run = null
    this.#heap = []
    this.#cancelled = 0
  }

  /** When the soonest is due; Infinity if there is none. */
  soonest(): number {
    while (this.#heap[0]?.run === null) this.take()
    return this.#heap[0]?.dueAt ?? Number.POSITIVE_INFINITY
  }

  /** The first; `null` if it was cancelled. Only where `soonest` has found one. */
  take(): (() => void) | null {
    const heap = this.#heap
    const first = heap[0] as Task
    const last = heap.pop() as Task
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
    const rising = heap[start] as Task
    let index = start
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (isBefore(heap[parent] as Task, rising)) break
      heap[index] = heap[parent] as Task
      index = parent
    }
    heap[index] = rising
  }

  #sink(start: number): void {
    const heap = this.#heap
    const sinking = heap[start] as Task
    let index = start
    for (let child = 2 * index + 1; child < heap.length; child = 2 * index + 1) {
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Task, heap[child] as Task)) child++
      if (isBefore(sinking, heap[child] as Task)) break
      heap[index] = heap[child] as Task
      index = child
    }
    heap[index] = sinking
  }
}

function isBefore(one: Task, other: Task): boolean {
  return one.dueAt < other.dueAt || (one.dueAt === other.dueAt && one.number < other.number)
}
