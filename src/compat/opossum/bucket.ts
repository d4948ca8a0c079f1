// Bucket: what happened in one bucket of the rolling window, and the sum of several. The fields are opossum's.

/** What is counted. */
export type Count =
  | 'failures'
  | 'fallbacks'
  | 'successes'
  | 'rejects'
  | 'fires'
  | 'timeouts'
  | 'cacheHits'
  | 'cacheMisses'
  | 'coalesceCacheHits'
  | 'coalesceCacheMisses'
  | 'semaphoreRejections'

/** One bucket of the rolling window. */
export interface Bucket extends Record<Count, number> {
  /** In ms, by share: 0, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.995, 1. Of a bucket: empty. */
  percentiles: { [share: number]: number }
  /** In ms, for successes, failures and timeouts. At most 10,000 in a bucket; of more calls, a fair sample. */
  latencyTimes: number[]
  /** Whether the breaker opened (`true`) or closed (`false`) in this bucket, whichever was last. */
  isCircuitBreakerOpen?: boolean
}

/** The sum of the window. */
export interface Stats extends Bucket {
  /** In ms; 0 without a call, -1 without percentiles. */
  latencyMean: number
}

/** Without a limit, the window of a busy breaker would take all memory. */
const MOST_LATENCIES = 10_000
const SHARES = [0, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.995, 1]

export function emptyBucket(): Bucket {
  return {
    failures: 0,
    fallbacks: 0,
    successes: 0,
    rejects: 0,
    fires: 0,
    timeouts: 0,
    cacheHits: 0,
    cacheMisses: 0,
    coalesceCacheHits: 0,
    coalesceCacheMisses: 0,
    semaphoreRejections: 0,
    percentiles: {},
    latencyTimes: [],
  }
}

const COUNTS = Object.keys(emptyBucket()).filter((key) => key !== 'percentiles' && key !== 'latencyTimes') as Count[]

/** Keeps a latency; beyond the limit, in place of a random one, so that all have the same chance. */
export function addLatency(bucket: Bucket, ms: number): void {
  const { latencyTimes } = bucket
  if (latencyTimes.length < MOST_LATENCIES) {
    latencyTimes.push(ms)
    return
  }
  const place = Math.floor(Math.random() * (bucket.successes + bucket.failures + bucket.timeouts))
  if (place < MOST_LATENCIES) latencyTimes[place] = ms
}

export function sumOf(buckets: readonly Bucket[], withLatencies: boolean): Stats {
  const stats: Stats = { ...emptyBucket(), latencyMean: -1 }
  for (const bucket of buckets) for (const name of COUNTS) stats[name] += bucket[name] || 0
  const times = withLatencies ? buckets.flatMap((bucket) => bucket.latencyTimes ?? []).sort((a, b) => a - b) : []
  stats.latencyTimes = times
  if (withLatencies) stats.latencyMean = times.length === 0 ? 0 : times.reduce((sum, ms) => sum + ms, 0) / times.length
  for (const share of SHARES) stats.percentiles[share] = withLatencies ? percentile(times, share) : -1
  return stats
}

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(Math.ceil(share * sorted.length) - 1, 0)] ?? 0
}
