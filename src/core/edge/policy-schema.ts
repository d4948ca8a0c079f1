// PolicySchema: what each option of a policy may be, and its resolved form: durations in ms, defaults of nested rules.
import * as v from 'valibot'
import type { Classifier, OutcomeRules, WindowSize } from '../rules/policy.ts'
import { count, durationMs, flag, natural, objectSchema, share, slots } from './option-schemas.ts'
import type { WindowOptions } from './policy-options.ts'

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

const FACTOR_EXPECTED = 'a number of at least 1'
const JITTER_EXPECTED = 'a share of at least 0 and at most 1'
const factor = v.pipe(v.number(FACTOR_EXPECTED), v.finite(FACTOR_EXPECTED), v.minValue(1, FACTOR_EXPECTED))
const jitter = v.pipe(v.number(JITTER_EXPECTED), v.minValue(0, JITTER_EXPECTED), v.maxValue(1, JITTER_EXPECTED))
const backoff = v.pipe(
  objectSchema(
    { factor: v.optional(factor, 2), max: durationMs, jitter: v.optional(jitter, 0) },
    'an object: { factor, max, jitter }',
  ),
  v.transform(({ max, ...rest }) => ({ ...rest, maxMs: max })),
)

const recoveryRamp = v.pipe(
  objectSchema(
    { duration: durationMs, from: v.optional(share, 0.1), steps: v.optional(count) },
    'an object: { duration, from, steps }',
  ),
  v.transform(({ duration, from, steps = null }) => ({ durationMs: duration, from, steps })),
)

const CLASSIFIER_EXPECTED = 'a function of an outcome, or an object of functions: { value, error }'
const isFunction = (value: unknown) => typeof value === 'function'
const classifierFunction = v.custom<Classifier>(isFunction, CLASSIFIER_EXPECTED)
const outcomeRules = v.pipe(
  objectSchema(
    {
      value: v.optional(v.custom<NonNullable<OutcomeRules['value']>>(isFunction, 'a function of a value')),
      error: v.optional(v.custom<NonNullable<OutcomeRules['error']>>(isFunction, 'a function of an error')),
    },
    CLASSIFIER_EXPECTED,
  ),
  v.check(({ value, error }) => value !== undefined || error !== undefined, 'value or error, or both'),
  // A copy, which may be frozen; of an instance of a class, too.
  v.transform(({ value, error }): OutcomeRules => ({ ...(value && { value }), ...(error && { error }) })),
)
const classifier = v.lazy((input): typeof classifierFunction | typeof outcomeRules =>
  isFunction(input) ? classifierFunction : outcomeRules,
)

export const policySchema = objectSchema(
  {
    failureThreshold: v.nullish(count),
    counting: v.optional(v.picklist(['consecutive', 'cumulative'], "'consecutive' or 'cumulative'")),
    failureWindow: v.nullish(durationMs),
    failureRate: v.nullish(failureRate),
    slowCalls: v.nullish(slowCalls),
    openTimeout: v.optional(durationMs),
    openTimeoutFrom: v.optional(v.picklist(['opened', 'lastFailure'], "'opened' or 'lastFailure'")),
    backoff: v.nullish(backoff),
    probes: v.optional(v.picklist(['calls', 'reports'], "'calls' or 'reports'")),
    halfOpenMaxCalls: v.optional(count),
    successThreshold: v.optional(count),
    halfOpenFailureThreshold: v.optional(count),
    recoveryRamp: v.nullish(recoveryRamp),
    probeTimeout: v.optional(durationMs),
    timeout: v.nullish(durationMs),
    maxConcurrent: v.nullish(count),
    maxQueued: v.optional(natural),
    isFailure: v.nullish(classifier),
    ignore: v.nullish(classifier),
    refusals: v.optional(v.picklist(['ignore', 'judge'], "'ignore' or 'judge'")),
    latencySampling: v.optional(natural),
    captureStack: v.optional(flag),
  },
  'an object of policy options',
)

/** The options that were given, resolved one by one. */
export type GivenPolicy = v.InferOutput<typeof policySchema>
