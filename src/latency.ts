// Latency: a bounded sketch of durations, after DDSketch (Masson, Rim, Lee: VLDB 2019): logarithmic bins, so that a
// quantile is within 5 % of the true one from 10 µs to 3 hours, in 200 counters however many calls there were.
const GROWTH = 1.1
const SMALLEST_MS = 0.01
const BINS = 200
const SCALE = 1 / Math.log(GROWTH)

export interface LatencySketch {
  readonly bins: Uint32Array
  samples: number
  totalMs: number
  maxMs: number
}

/** Milliseconds over the sampled calls; `null` before the first sample. */
export interface Latency {
  readonly mean: number | null
  readonly p50: number | null
  readonly p90: number | null
  readonly p99: number | null
  readonly max: number | null
}

export function newSketch(): LatencySketch {
  return { bins: new Uint32Array(BINS), samples: 0, totalMs: 0, maxMs: 0 }
}

export function addDuration(sketch: LatencySketch, durationMs: number): void {
  const bin = Math.ceil(Math.log(Math.max(durationMs, SMALLEST_MS) / SMALLEST_MS) * SCALE)
  const slot = Math.min(bin, BINS - 1)
  sketch.bins[slot] = (sketch.bins[slot] as number) + 1
  sketch.samples++
  sketch.totalMs += durationMs
  if (durationMs > sketch.maxMs) sketch.maxMs = durationMs
}

export function latencyOf(sketch: LatencySketch | null): Latency {
  if (sketch === null || sketch.samples === 0) return { mean: null, p50: null, p90: null, p99: null, max: null }
  return {
    mean: sketch.totalMs / sketch.samples,
    p50: quantile(sketch, 0.5),
    p90: quantile(sketch, 0.9),
    p99: quantile(sketch, 0.99),
    max: sketch.maxMs,
  }
}

function quantile(sketch: LatencySketch, q: number): number {
  const rank = Math.ceil(q * sketch.samples)
  let seen = 0
  for (let bin = 0; bin < BINS; bin++) {
    seen += sketch.bins[bin] as number
    // The middle of a bin is off by at most half the growth.
    if (seen >= rank) return Math.min(sketch.maxMs, (SMALLEST_MS * GROWTH ** bin * 2) / (1 + GROWTH))
  }
  return sketch.maxMs
}
