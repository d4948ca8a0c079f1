// SnapshotFormat: a registry as JSON, and the check of what is handed in as one.
// The clock is monotonic and means nothing elsewhere, so every time is an age or a rest.
import * as v from 'valibot'
import { describeValue, type Mistake, SnapshotError } from './errors.ts'
import { mistakesOf, safeParse } from './resolve-policy.ts'

export const VERSION = 1

const natural = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const ms = v.pipe(v.number(), v.finite(), v.minValue(0))
const slidingWindow = v.nullable(
  v.strictObject({
    size: v.union([v.strictObject({ calls: natural }), v.strictObject({ timeMs: ms, buckets: natural })]),
    slices: v.array(
      v.pipe(
        v.tuple([natural, natural]),
        v.check(([calls, marked]) => marked <= calls, 'no more marked calls than calls'),
      ),
    ),
  }),
)
const perState = v.strictObject({ closed: ms, open: ms, halfOpen: ms, forcedOpen: ms, disabled: ms })

const REMAINING_EXPECTED = 'openForMs and remainingMs, for it is open'
const breaker = v.pipe(
  v.strictObject({
    endpoint: v.string(),
    state: v.picklist(['closed', 'open', 'halfOpen', 'forcedOpen', 'disabled']),
    generation: natural,
    reason: v.nullable(v.looseObject({ type: v.string() })),
    openForMs: v.nullable(ms),
    remainingMs: v.nullable(ms),
    openings: natural,
    tally: v.strictObject({
      consecutiveFailures: natural,
      failures: natural,
      failureAgesMs: v.array(ms),
      failureRate: slidingWindow,
      slowCalls: slidingWindow,
    }),
    calls: v.strictObject({
      allowed: natural,
      rejected: natural,
      succeeded: natural,
      failed: natural,
      ignored: natural,
      late: natural,
      slow: natural,
    }),
    timeInState: perState,
  }),
  v.check(
    ({ state, openForMs, remainingMs }) => state !== 'open' || (openForMs !== null && remainingMs !== null),
    REMAINING_EXPECTED,
  ),
)

const schema = v.strictObject({ version: v.literal(VERSION), breakers: v.array(breaker) })

/** JSON: what `createRegistry({ snapshot })` restores. Policies are not in it: they come from the registry's options. */
export type RegistrySnapshot = v.InferOutput<typeof schema>
export type BreakerSnapshot = RegistrySnapshot['breakers'][number]

/** @throws SnapshotError (`INVALID_SNAPSHOT`) for broken JSON, another version, or fields that are wrong. */
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
    throw new SnapshotError(`the snapshot has version ${JSON.stringify(version)}, expected ${VERSION}`)
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
