// PolicySchema: what each option of a policy may be, and its resolved form: durations in ms, defaults of nested rules.
import * as v from 'valibot'
import type { Classifier, OutcomeRules } from '../rules/policy.ts'
import { count, durationMs, factor, flag, jitter, natural, objectSchema, share } from './option-schemas.ts'
import { triggerOptions } from './trigger-schemas.ts'

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
    ...triggerOptions,
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
