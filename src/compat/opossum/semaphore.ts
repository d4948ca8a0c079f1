// Semaphore: how many more actions may run at a time.

/** The places for actions that run at a time, `capacity` of them. */
export class Semaphore {
  #count: number

  /** @internal A breaker makes its own. */
  constructor(count: number) {
    this.#count = count
  }

  /** Places that are free. */
  get count(): number {
    return this.#count
  }

  /** Takes a place, if one is free; whether it did. */
  test(): boolean {
    if (this.#count < 1) return false
    this.#count--
    return true
  }

  /** Gives a place back. */
  release(): void {
    this.#count++
  }
}
