// TriggerSchemas: what is checked of the triggers: their options, and in snapshots their reasons and what is saved of their evidence.
import * as v from 'valibot'
import type { WindowSize } from '../rules/buckets.ts'
import { count, durationMs, objectSchema, share, slots } from './option-schemas.ts'
import type { WindowOptions } from './policy-options.ts'
import * as saved from './saved-schemas.ts'

const DEFAULT_BUCKETS = 10
/** Shorter buckets would have to be turned over faster than a timer can tell. */
const SHORTEST_BUCKET_MS = 1
const BUCKET_EXPECTED = `time of at least ${SHORTEST_BUCKET_MS} ms for each of its buckets (${DEFAULT_BUCKETS} by default)`

const slidingWindow = v.pipe(
  objectSchema(
    { calls: v.optional(slots), time: v.optional(durationMs), buckets: v.optional(slots) },
    'an object: { calls } or { time, buckets }',
  ),
  v.check(({ calls, time }) => (calls === undefined) !== (time === undefined), 'either calls or time'),
  v.check(({ calls, buckets }) => calls === undefined || buckets === undefined, 'buckets only beside time'),
  v.check(
    ({ time, buckets = DEFAULT_BUCKETS }) => time === undefined || time / buckets >= SHORTEST_BUCKET_MS,
    BUCKET_EXPECTED,
  ),
  v.transform(
    ({ calls, time, buckets = DEFAULT_BUCKETS }): WindowSize =>
      calls !== undefined ? { calls } : { timeMs: time as number, buckets },
  ),
  // What the checks leave of the combinations that the schema's own type allows.
) as unknown as v.GenericSchema<WindowOptions, WindowSize>

const rateRule = { threshold: share, minimumCalls: v.optional(count), window: slidingWindow }

interface RateInput {
  readonly minimumCalls?: number | undefined
  readonly window: WindowSize
}

function withMinimum<R extends RateInput>(rule: R): R & { minimumCalls: number } {
  const most = 'calls' in rule.window ? rule.window.calls : Number.POSITIVE_INFINITY
  return { ...rule, minimumCalls: rule.minimumCalls ?? Math.min(10, most) }
}

const canBeReached = <R extends RateInput>() =>
  v.check<R, string>(
    ({ minimumCalls = 1, window }) => !('calls' in window) || minimumCalls <= window.calls,
    'minimumCalls of at most window.calls, or it can never open',
  )

const failureRate = v.pipe(
  objectSchema(rateRule, 'an object: { threshold, minimumCalls, window }'),
  canBeReached(),
  v.transform(withMinimum),
)

const slowCalls = v.pipe(
  objectSchema({ slowerThan: durationMs, ...rateRule }, 'an object: { slowerThan, threshold, minimumCalls, window }'),
  canBeReached(),
  v.transform(({ slowerThan, ...rule }) => ({ slowerThanMs: slowerThan, ...withMinimum(rule) })),
)

/** In the order of the documentation. */
export const triggerOptions = {
  failureThreshold: v.nullish(count),
  counting: v.optional(v.picklist(['consecutive', 'cumulative'], "'consecutive' or 'cumulative'")),
  failureWindow: v.nullish(durationMs),
  failureRate: v.nullish(failureRate),
  slowCalls: v.nullish(slowCalls),
}

const savedWindow = v.nullable(
  v.pipe(
    v.strictObject({
      size: v.union([
        v.strictObject({ calls: saved.natural }),
        v.strictObject({ timeMs: saved.ms, buckets: saved.natural }),
      ]),
      buckets: v.array(
        v.pipe(
          v.tuple([saved.natural, saved.natural]),
          v.check(([calls, marked]) => marked <= calls, 'no more marked calls than calls'),
        ),
      ),
      // How far a window of time was into its round of buckets. Absent in older snapshots.
      phaseMs: v.optional(saved.ms),
    }),
    v.check(
      ({ size, phaseMs }) => phaseMs === undefined || ('timeMs' in size && phaseMs < size.timeMs),
      'phaseMs within the time of its window',
    ),
  ),
)

/** What a snapshot holds of the evidence. What is added to it is optional, since older snapshots have none of it. */
export const savedEvidence = v.strictObject({
  consecutiveFailures: saved.natural,
  failures: saved.natural,
  failureAgesMs: v.array(saved.ms),
  failureRate: savedWindow,
  slowCalls: savedWindow,
})

const counted = { failures: saved.natural, threshold: saved.natural }
const rated = { rate: saved.share, threshold: saved.share, calls: saved.natural }
export const triggerReasons = [
  v.strictObject({ type: v.picklist(['consecutiveFailures', 'cumulativeFailures']), ...counted }),
  v.strictObject({ type: v.literal('failuresInWindow'), ...counted, windowMs: saved.ms }),
  v.strictObject({ type: v.literal('failureRate'), ...rated }),
  v.strictObject({ type: v.literal('slowCallRate'), ...rated, slowerThanMs: saved.ms }),
] as const
