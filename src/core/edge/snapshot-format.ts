// SnapshotFormat: a registry as JSON, and the check of such JSON.
// The clock is monotonic and means nothing elsewhere, so every time is an age or a rest.
import * as v from 'valibot'
import { PLAIN_REASONS, SAID_REASONS } from '../rules/commands.ts'
import type { Reason } from '../rules/reasons.ts'
import { type BreakerState, STATES } from '../rules/states.ts'
import type { SavedEvidence } from '../rules/triggers/index.ts'
import { describeValue, type Mistake, SnapshotError } from './errors.ts'
import { mistakesOf, safeParse } from './resolve-policy.ts'
import { ms, natural, share } from './saved-schemas.ts'
import { savedEvidence, triggerReasons } from './trigger-schemas.ts'

export const VERSION = 1

/** Why a breaker is in its state. Every field is checked, because each rejection puts the figures in words. */
const reason = v.variant(
  'type',
  [
    ...triggerReasons,
    v.strictObject({ type: v.literal('probeFailures'), failures: natural, threshold: natural }),
    v.strictObject({ type: v.literal('probeSuccesses'), successes: natural, threshold: natural }),
    v.strictObject({ type: v.literal('rampEnded'), durationMs: ms }),
    v.strictObject({ type: v.picklist(SAID_REASONS), message: v.string('a string') }),
    v.strictObject({
      ...{ type: v.literal('fleet'), decision: v.string(), message: v.string() },
      ...{ rate: share, calls: natural, reporters: natural, version: natural },
    }),
    v.strictObject({ type: v.literal('escalated'), restarts: natural, withinMs: ms }),
    v.strictObject({ type: v.picklist(['openTimeElapsed', ...PLAIN_REASONS]) }),
  ],
  'a reason of a known type',
)

const perState = v.strictObject({ closed: ms, open: ms, halfOpen: ms, forcedOpen: ms, disabled: ms } satisfies Record<
  BreakerState,
  unknown
>)

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
    state: v.picklist(STATES),
    generation: natural,
    reason: v.nullable(reason),
    openForMs: v.nullable(ms),
    remainingMs: v.nullable(ms),
    openings: natural,
    // Absent in older snapshots, and unless it is on its recovery ramp.
    ramp: v.optional(v.strictObject({ ranForMs: ms, remainingMs: ms, credit: share })),
    evidence: savedEvidence,
    calls: counts,
    timeInState: perState,
  }),
  v.check(
    ({ state, openForMs, remainingMs }) => state !== 'open' || (openForMs !== null && remainingMs !== null),
    REMAINING_EXPECTED,
  ),
)

const schema: v.GenericSchema<unknown, RegistrySnapshot> = v.strictObject({
  version: v.literal(VERSION),
  breakers: v.array(breaker),
})

interface CallsSnapshot {
  allowed: number
  rejected: number
  succeeded: number
  failed: number
  ignored: number
  late: number
  slow: number
  timedOut?: number | undefined
  fallbacks?: number | undefined
  limited?: number | undefined
}

/** One breaker of a snapshot. */
export interface BreakerSnapshot {
  /** The name of the breaker. */
  endpoint: string
  /** Its state. */
  state: BreakerState
  /** The number of its state: results of calls of another one are late. */
  generation: number
  /** Why it is in its state; `null` if it never left the first. */
  reason: Reason | null
  /** How long it had been open. */
  openForMs: number | null
  /** How long it would have stayed open. */
  remainingMs: number | null
  /** How often it opened in a row without closing. */
  openings: number
  /** Where it was on its recovery ramp, if it was on one. */
  ramp?: { ranForMs: number; remainingMs: number; credit: number } | undefined
  /** What its triggers go by. */
  evidence: SavedEvidence
  /** Its counters: those of `stats().calls`. */
  calls: CallsSnapshot
  /** How long it was in each state, in ms. */
  timeInState: Record<BreakerState, number>
}

/** JSON that `createRegistry({ snapshot })` restores. It has no policies: they come from the registry's options. */
export interface RegistrySnapshot {
  /** The version of this format. */
  version: 1
  /** All breakers, each once. */
  breakers: BreakerSnapshot[]
}

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
