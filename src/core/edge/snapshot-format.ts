// SnapshotFormat: a registry as JSON, and the check of such JSON.
// The clock is monotonic and means nothing elsewhere, so every time is an age or a rest.
import * as v from 'valibot'
import { describeValue, type Mistake, SnapshotError } from './errors.ts'
import { mistakesOf, safeParse } from './resolve-policy.ts'

export const VERSION = 1

/** A count above this might not change when one is added, and a generation that does not change lets late results in. */
const MOST = 2 ** 52
const COUNT_EXPECTED = 'a whole number from 0 to 2^52'
const MS_EXPECTED = 'a number of milliseconds, at least 0'
const SHARE_EXPECTED = 'a share from 0 to 1'

const natural = v.pipe(
  v.number(COUNT_EXPECTED),
  v.safeInteger(COUNT_EXPECTED),
  v.minValue(0, COUNT_EXPECTED),
  v.maxValue(MOST, COUNT_EXPECTED),
)
const ms = v.pipe(v.number(MS_EXPECTED), v.finite(MS_EXPECTED), v.minValue(0, MS_EXPECTED))
const share = v.pipe(v.number(SHARE_EXPECTED), v.minValue(0, SHARE_EXPECTED), v.maxValue(1, SHARE_EXPECTED))

const slidingWindow = v.nullable(
  v.pipe(
    v.strictObject({
      size: v.union([v.strictObject({ calls: natural }), v.strictObject({ timeMs: ms, buckets: natural })]),
      buckets: v.array(
        v.pipe(
          v.tuple([natural, natural]),
          v.check(([calls, marked]) => marked <= calls, 'no more marked calls than calls'),
        ),
      ),
      // How far a window of time was into its round of buckets. Absent in older snapshots.
      phaseMs: v.optional(ms),
    }),
    v.check(
      ({ size, phaseMs }) => phaseMs === undefined || ('timeMs' in size && phaseMs < size.timeMs),
      'phaseMs within the time of its window',
    ),
  ),
)

const counted = { failures: natural, threshold: natural }
const rated = { rate: share, threshold: share, calls: natural }
/** Why a breaker is in its state. Every field is checked, because each rejection puts the figures in words. */
const reason = v.variant(
  'type',
  [
    v.strictObject({ type: v.picklist(['consecutiveFailures', 'cumulativeFailures', 'probeFailures']), ...counted }),
    v.strictObject({ type: v.literal('failuresInWindow'), ...counted, windowMs: ms }),
    v.strictObject({ type: v.literal('failureRate'), ...rated }),
    v.strictObject({ type: v.literal('slowCallRate'), ...rated, slowerThanMs: ms }),
    v.strictObject({ type: v.literal('probeSuccesses'), successes: natural, threshold: natural }),
    v.strictObject({ type: v.literal('rampEnded'), durationMs: ms }),
    v.strictObject({ type: v.picklist(['tripped', 'probeRequested']), message: v.string('a string') }),
    v.strictObject({
      ...{ type: v.literal('fleet'), decision: v.string(), message: v.string() },
      ...{ rate: share, calls: natural, reporters: natural, version: natural },
    }),
    v.strictObject({ type: v.literal('escalated'), restarts: natural, withinMs: ms }),
    v.strictObject({ type: v.picklist(['openTimeElapsed', 'reset', 'isolated', 'disabled', 'enabled']) }),
  ],
  'a reason of a known type',
)

const perState = v.strictObject({ closed: ms, open: ms, halfOpen: ms, forcedOpen: ms, disabled: ms })

const counts = v.pipe(
  v.strictObject({
    allowed: natural,
    rejected: natural,
    succeeded: natural,
    failed: natural,
    ignored: natural,
    late: natural,
    slow: natural,
    // Absent in older snapshots.
    timedOut: v.optional(natural),
    fallbacks: v.optional(natural),
    limited: v.optional(natural),
  }),
  // Failures and timeouts are counted apart: one of the two counters would be negative.
  v.check(({ timedOut = 0, failed }) => timedOut <= failed, 'no more timedOut than failed'),
)

const REMAINING_EXPECTED = 'openForMs and remainingMs, for it is open'
const breaker = v.pipe(
  v.strictObject({
    endpoint: v.string(),
    state: v.picklist(['closed', 'open', 'halfOpen', 'forcedOpen', 'disabled']),
    generation: natural,
    reason: v.nullable(reason),
    openForMs: v.nullable(ms),
    remainingMs: v.nullable(ms),
    openings: natural,
    // Absent in older snapshots, and unless it is on its recovery ramp.
    ramp: v.optional(v.strictObject({ ranForMs: ms, remainingMs: ms, credit: share })),
    evidence: v.strictObject({
      consecutiveFailures: natural,
      failures: natural,
      failureAgesMs: v.array(ms),
      failureRate: slidingWindow,
      slowCalls: slidingWindow,
    }),
    calls: counts,
    timeInState: perState,
  }),
  v.check(
    ({ state, openForMs, remainingMs }) => state !== 'open' || (openForMs !== null && remainingMs !== null),
    REMAINING_EXPECTED,
  ),
)

const schema = v.strictObject({ version: v.literal(VERSION), breakers: v.array(breaker) })

/** JSON that `createRegistry({ snapshot })` restores. It has no policies: they come from the registry's options. */
export type RegistrySnapshot = v.InferOutput<typeof schema>
/** One breaker of a snapshot. */
export type BreakerSnapshot = RegistrySnapshot['breakers'][number]

/** @throws SnapshotError (`INVALID_SNAPSHOT`) for broken JSON, another version, or wrong fields. */
export function parseSnapshot(input: unknown): RegistrySnapshot {
  let snapshot = input
  if (typeof input === 'string') {
    try {
      snapshot = JSON.parse(input)
    } catch (error) {
      throw new SnapshotError(`the snapshot is not JSON: ${(error as Error).message}`)
    }
  }
  const version: unknown = (snapshot as { version?: unknown } | null)?.version
  if (version !== VERSION) {
    throw new SnapshotError(`the snapshot has version ${describeValue(version)}, expected ${VERSION}`)
  }
  const result = safeParse(schema, snapshot)
  const mistakes = result.success
    ? twins(result.output.breakers.map(({ endpoint }) => endpoint))
    : mistakesOf(result.issues, 'snapshot')
  if (!result.success || mistakes.length > 0) throw new SnapshotError('invalid snapshot', mistakes)
  return result.output
}

function twins(endpoints: readonly string[]): Mistake[] {
  const seen = new Set<string>()
  return endpoints.flatMap((endpoint, index) => {
    const path = `snapshot.breakers.${index}.endpoint`
    const isTwin = seen.has(endpoint)
    seen.add(endpoint)
    return isTwin ? [{ path, expected: 'each endpoint once', received: describeValue(endpoint) }] : []
  })
}
