// StalePoints: the last values of points that no longer exist, for example of a breaker that was deleted while open. The
// SDK exports the last value of every attribute set for as long as the process lives, unless it exports deltas: that
// breaker would look open for ever.
import type { Labels, Point } from '../metrics/index.ts'

/** So that each of a few readers, which all collect on their own, gets them. */
const TIMES = 3

/** Of one instrument. */
export class StalePoints {
  #present = new Map<string, Labels>()
  #gone = new Map<string, { readonly attributes: Labels; left: number }>()

  /** Points that are gone; each is exported as 0 a few times. */
  of(points: readonly Point[]): Labels[] {
    const before = this.#present
    this.#present = new Map(
      points.map(({ series, labels }) => [JSON.stringify([series, labels]), { ...series, ...labels }]),
    )
    for (const [key, attributes] of before) this.#gone.set(key, { attributes, left: TIMES })
    for (const [key, point] of this.#gone) {
      if (this.#present.has(key) || point.left-- === 0) this.#gone.delete(key)
    }
    return Array.from(this.#gone.values(), ({ attributes }) => attributes)
  }
}
