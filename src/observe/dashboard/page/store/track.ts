// Track: the rates of the last seconds, one slot a second. All tracks share one head (endpoints.ts), so a track is three
// plain arrays and a second that passes costs an endpoint nothing but three numbers.

/** How many seconds are kept. */
export const SAMPLES = 180

export interface Track {
  readonly calls: Float32Array
  readonly failures: Float32Array
  /** Calls that were refused, also for lack of a slot. */
  readonly rejections: Float32Array
}

export function newTrack(): Track {
  return {
    calls: new Float32Array(SAMPLES),
    failures: new Float32Array(SAMPLES),
    rejections: new Float32Array(SAMPLES),
  }
}

/** The newest `length` values, the oldest first; `next` is the slot to be written next. */
export function latest(values: Float32Array, next: number, length: number): number[] {
  return Array.from({ length }, (_, index) => values[(next - length + index + 2 * SAMPLES) % SAMPLES] ?? 0)
}

/** The mean of the newest `length` values. */
export function meanOf(values: Float32Array, next: number, length: number): number {
  let sum = 0
  for (let back = 1; back <= length; back++) sum += values[(next - back + 2 * SAMPLES) % SAMPLES] ?? 0
  return sum / length
}
