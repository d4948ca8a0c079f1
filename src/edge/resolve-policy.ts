// resolvePolicy: from what users write to a Policy. Validates once, reports every mistake together, changes nothing.
// Valibot because it is tree-shaken to a few kilobytes and runs only here, never during a call.
import * as v from 'valibot'
import { freeze } from '../rules/freeze.ts'
import { type Classifier, defaultPolicy, type Policy, type RateRule } from '../rules/policy.ts'
import { DURATION_EXPECTED, type Duration, parseDuration } from './duration.ts'
import { describeValue, type Mistake, PolicyError } from './errors.ts'

const COUNT_EXPECTED = 'a whole number of at least 1'
const SHARE_EXPECTED = 'a share above 0 and at most 1'

const NATURAL_EXPECTED = 'a whole number of at least 0'
export const natural = v.pipe(
  v.number(NATURAL_EXPECTED),
  v.safeInteger(NATURAL_EXPECTED),
  v.minValue(0, NATURAL_EXPECTED),
)
export const count = v.pipe(v.number(COUNT_EXPECTED), v.safeInteger(COUNT_EXPECTED), v.minValue(1, COUNT_EXPECTED))
const share = v.pipe(v.number(SHARE_EXPECTED), v.gtValue(0, SHARE_EXPECTED), v.maxValue(1, SHARE_EXPECTED))
export const durationMs = v.pipe(
  v.custom<Duration>((value) => parseDuration(value) !== undefined, DURATION_EXPECTED),
  v.transform((value) => parseDuration(value) as number),
)
const classifier = v.custom<Classifier>((value) => typeof value === 'function', 'a function of an outcome')

const SLOTS_EXPECTED = 'a whole number from 1 to 100000'
const slots = v.pipe(count, v.maxValue(100_000, SLOTS_EXPECTED))

const slidingWindow = v.pipe(
  v.strictObject(
    { calls: v.optional(slots), time: v.optional(durationMs), buckets: v.optional(slots) },
    'an object: { calls } or { time, buckets }',
  ),
  v.check(({ calls, time }) => (calls === undefined) !== (time === undefined), 'either calls or time'),
  v.check(({ calls, buckets }) => calls === undefined || buckets === undefined, 'buckets only beside time'),
  v.transform(({ calls, time, buckets = 10 }) =>
    calls !== undefined ? { calls } : { timeMs: time as number, buckets },
  ),
)

const rateRule = { threshold: share, minimumCalls: v.optional(count), window: slidingWindow }

type RuleInput = Omit<RateRule, 'minimumCalls'> & { minimumCalls?: number | undefined }

function withMinimum<R extends RuleInput>(rule: R): R & { minimumCalls: number } {
  const most = 'calls' in rule.window ? rule.window.calls : Number.POSITIVE_INFINITY
  return { ...rule, minimumCalls: rule.minimumCalls ?? Math.min(10, most) }
}

const canBeReached = <R extends RuleInput>() =>
  v.check<R, string>(
    ({ minimumCalls = 1, window }) => !('calls' in window) || minimumCalls <= window.calls,
    'minimumCalls of at most window.calls, or it can never open',
  )

const failureRate = v.pipe(
  v.strictObject(rateRule, 'an object: { threshold, minimumCalls, window }'),
  canBeReached(),
  v.transform(withMinimum),
)

const slowCalls = v.pipe(
  v.strictObject({ slowerThan: durationMs, ...rateRule }, 'an object: { slowerThan, threshold, minimumCalls, window }'),
  canBeReached(),
  v.transform(({ slowerThan, ...rule }) => ({ slowerThanMs: slowerThan, ...withMinimum(rule) })),
)

const FACTOR_EXPECTED = 'a number of at least 1'
const JITTER_EXPECTED = 'a share of at least 0 and at most 1'
const backoff = v.pipe(
  v.strictObject(
    {
      factor: v.optional(
        v.pipe(v.number(FACTOR_EXPECTED), v.finite(FACTOR_EXPECTED), v.minValue(1, FACTOR_EXPECTED)),
        2,
      ),
      max: durationMs,
      jitter: v.optional(
        v.pipe(v.number(JITTER_EXPECTED), v.minValue(0, JITTER_EXPECTED), v.maxValue(1, JITTER_EXPECTED)),
        0,
      ),
    },
    'an object: { factor, max, jitter }',
  ),
  v.transform(({ factor, max, jitter }) => ({ factor, maxMs: max, jitter })),
)

const policySchema = v.strictObject(
  {
    failureThreshold: v.nullish(count),
    counting: v.optional(v.picklist(['consecutive', 'cumulative'], "'consecutive' or 'cumulative'")),
    failureWindow: v.nullish(durationMs),
    failureRate: v.nullish(failureRate),
    slowCalls: v.nullish(slowCalls),
    openTimeout: v.optional(durationMs),
    openTimeoutFrom: v.optional(v.picklist(['opened', 'lastFailure'], "'opened' or 'lastFailure'")),
    backoff: v.nullish(backoff),
    halfOpenMaxCalls: v.optional(count),
    successThreshold: v.optional(count),
    halfOpenFailureThreshold: v.optional(count),
    probeTimeout: v.optional(durationMs),
    timeout: v.nullish(durationMs),
    isFailure: v.nullish(classifier),
    ignore: v.nullish(classifier),
    latencySampling: v.optional(natural),
    captureStack: v.optional(v.boolean('true or false')),
  },
  'an object of policy options',
)

/** A policy as users write it; everything is optional, `null` means "none". The README's policy table says more. */
export type PolicyOptions = v.InferInput<typeof policySchema>

const IN_MILLISECONDS: Record<string, keyof Policy> = {
  failureWindow: 'failureWindowMs',
  openTimeout: 'openTimeoutMs',
  probeTimeout: 'probeTimeoutMs',
  timeout: 'timeoutMs',
}

/**
 * The frozen policy that `options` describe, over `base` (the default policy).
 * @throws PolicyError (`INVALID_POLICY`) that lists every mistake; `where` names the options in its message.
 */
export function resolvePolicy(options: PolicyOptions = {}, base: Policy = defaultPolicy(), where = 'policy'): Policy {
  const result = safeParse(policySchema, options)
  const mistakes = result.success ? [] : mistakesOf(result.issues, where)
  const given = (result.success ? result.output : Object(options)) as PolicyOptions
  const threshold = given.failureThreshold === undefined ? base.failureThreshold : given.failureThreshold
  const window = given.failureWindow === undefined ? base.failureWindowMs : given.failureWindow
  if (threshold === null && window !== null) {
    const expected = 'failureThreshold beside it, or it counts for nothing'
    mistakes.push({ path: `${where}.failureWindow`, expected, received: 'failureThreshold: null' })
  }
  if (!result.success || mistakes.length > 0) throw new PolicyError(`invalid ${where}`, mistakes)
  const policy: Record<string, unknown> = { ...base }
  for (const [key, value] of Object.entries(result.output)) {
    if (value !== undefined) policy[IN_MILLISECONDS[key] ?? key] = value
  }
  return freeze(policy as unknown as Policy)
}

/** To Valibot an array is an object without keys, and would pass for empty options. */
export function safeParse<S extends v.GenericSchema>(schema: S, input: unknown): v.SafeParseResult<S> {
  return v.safeParse(schema, Array.isArray(input) ? null : input)
}

export function mistakesOf(issues: readonly v.BaseIssue<unknown>[], where: string): Mistake[] {
  return issues.map((issue) => {
    const path = [where, ...(issue.path ?? []).map((item) => String(item.key))].join('.')
    // Valibot tells an unknown key by "expected never", and a missing one by expecting the key itself, in quotes.
    if (issue.expected === 'never') return { path, expected: 'no such option', received: 'an unknown key' }
    if (issue.expected?.startsWith('"')) return { path, expected: 'it to be given', received: 'nothing' }
    return { path, expected: issue.message, received: describeValue(issue.input) }
  })
}
