// Semaphore: how many more actions may run at a time.

/** The slots for actions that run at a time, `capacity` of them. */
export class Semaphore {
  #count: number

  /** @internal A breaker makes its own. */
  constructor(count: number) {
    this.#count = count
  }

  /** Slots that are free. */
  get count(): number {
    return this.#count
  }

  /** Takes a slot, if one is free; whether it did. */
  test(): boolean {
    if (this.#count < 1) return false
    this.#count--
    return true
  }

  /** Returns a slot. */
  release(): void {
    this.#count++
  }
}
