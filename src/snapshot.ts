// Snapshot: a registry as JSON. The clock is monotonic and means nothing elsewhere, so every time is an age or a rest.
import * as v from 'valibot'
import type { BreakerState } from './decide.ts'
import { describeValue, type Mistake, SnapshotError } from './errors.ts'
import type { Policy, RateRule } from './policy.ts'
import { mistakesOf, safeParse } from './resolve-policy.ts'
import type { Row } from './table.ts'
import { inOrder, newTally, type Tally } from './tally.ts'
import type { Reason } from './triggers.ts'
import { type SlidingWindow, slicesOf, windowOf } from './window.ts'

const VERSION = 1

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

export function snapshotOf(rows: Iterable<Row>, now: number): RegistrySnapshot {
  return { version: VERSION, breakers: Array.from(rows, (row) => breakerSnapshot(row, now)) }
}

function breakerSnapshot(row: Row, now: number): BreakerSnapshot {
  const { name: endpoint, state, generation, reason, openedAt, deadline, openings, policy } = row
  const { allowed, rejected, succeeded, failed, ignored, late, slow } = row
  return {
    endpoint,
    state,
    generation,
    reason: reason && { ...reason },
    openForMs: openedAt === null ? null : now - openedAt,
    remainingMs: deadline === null ? null : Math.max(0, deadline - now),
    openings,
    tally: {
      consecutiveFailures: row.consecutiveFailures,
      failures: row.failures,
      failureAgesMs: inOrder(row).map((at) => now - at),
      failureRate: windowSnapshot(row.failureRate, policy.failureRate, now),
      slowCalls: windowSnapshot(row.slowCalls, policy.slowCalls, now),
    },
    calls: { allowed, rejected, succeeded, failed, ignored, late, slow },
    timeInState: { ...row.timeInState, [state]: row.timeInState[state] + now - row.since },
  }
}

function windowSnapshot(window: SlidingWindow | null, rule: RateRule | null, now: number) {
  return window && rule && { size: { ...rule.window }, slices: slicesOf(window, rule.window, now) }
}

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

/** Makes a new row the image of the snapshot, as if its breaker had crashed and is to be restarted from it. */
export function restore(row: Row, from: BreakerSnapshot, now: number): void {
  row.state = from.state as BreakerState
  row.generation = from.generation
  row.reason = from.reason as Reason | null
  row.openedAt = from.openForMs === null ? null : now - from.openForMs
  row.deadline = from.remainingMs === null ? null : now + from.remainingMs
  row.openings = from.openings
  Object.assign(row, restoredTally(from, row.policy, now), from.calls)
  Object.assign(row.timeInState, from.timeInState)
}

function restoredTally(from: BreakerSnapshot, policy: Policy, now: number): Tally {
  const { consecutiveFailures, failures, failureAgesMs, failureRate, slowCalls } = from.tally
  const fresh = newTally(policy, now)
  const kept = policy.failureWindowMs === null ? [] : failureAgesMs.slice(-(policy.failureThreshold ?? 0))
  return {
    consecutiveFailures,
    failures,
    failureTimes: kept.map((age) => now - age),
    oldestFailure: 0,
    failureRate: restoredWindow(failureRate, policy.failureRate, now) ?? fresh.failureRate,
    slowCalls: restoredWindow(slowCalls, policy.slowCalls, now) ?? fresh.slowCalls,
  }
}

function restoredWindow(
  from: BreakerSnapshot['tally']['failureRate'],
  rule: RateRule | null,
  now: number,
): SlidingWindow | null {
  // Slices of another size are no evidence under this policy.
  if (from === null || rule === null) return null
  return JSON.stringify(from.size) === JSON.stringify(rule.window) ? windowOf(from.slices, rule.window, now) : null
}
