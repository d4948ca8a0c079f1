// Combinations: every way in which calls may be refused, each by each: the breaker's own state, what a fleet decides on top of
// it, and the bulkhead. A real registry on a virtual clock is brought there.
import type { AdmissionStatus, Breaker, Override, PolicyOptions, Reason } from '../../src/index.ts'
import { acquire } from '../support/calls.ts'
import { type newBreaker, newRegistry } from '../support/registries.ts'

export type Made = ReturnType<typeof newBreaker>

const reason: Reason = {
  ...{ type: 'fleet', decision: 'failureRate', rate: 0.62, calls: 120, reporters: 5, version: 7, message: '' },
}
const RETRY = { retryAfterMs: 2_000 }

const halfOpen = ({ breaker, clock }: Made) => {
  breaker.trip('maintenance')
  clock.advance(breaker.policy.openTimeoutMs)
}

/** Each brings a closed breaker into its state. */
const STATES: Readonly<Record<string, { readonly policy?: PolicyOptions; bring(made: Made): void }>> = {
  closed: { bring() {} },
  open: { bring: ({ breaker }) => breaker.trip('maintenance') },
  'half-open, free': { policy: { halfOpenMaxCalls: 2 }, bring: halfOpen },
  'half-open, held': {
    bring(made) {
      halfOpen(made)
      acquire(made.breaker)
    },
  },
  'on a ramp': {
    policy: { successThreshold: 1, recoveryRamp: { duration: '10s', from: 0.2, steps: 4 } },
    bring(made) {
      halfOpen(made)
      acquire(made.breaker).success()
    },
  },
  'half-open for reports': { policy: { probes: 'reports' }, bring: halfOpen },
  'forced open': { bring: ({ breaker }) => breaker.isolate() },
  disabled: { bring: ({ breaker }) => breaker.disable() },
}

const OVERRIDES: Readonly<Record<string, Override | null>> = {
  'no override': null,
  'fleet open': { state: 'open', reason, ...RETRY },
  'fleet half-open with a share': { state: 'halfOpen', reason, share: 0.3 },
  'fleet half-open, others probe': { state: 'halfOpen', reason, ...RETRY },
  'fleet half-open, this one probes': { state: 'halfOpen', reason, probe: () => () => {} },
  'fleet forced open': { state: 'forcedOpen', reason },
}

/** What becomes of a call that finds no slot, where there is a limit. */
const BULKHEADS: Readonly<Record<string, { readonly isFull: boolean; readonly maxQueued: number } | null>> = {
  'no bulkhead': null,
  'slots free': { isFull: false, maxQueued: 0 },
  'room in the queue': { isFull: true, maxQueued: 2 },
  'no slot': { isFull: true, maxQueued: 0 },
}

export interface Combination {
  readonly title: string
  /** The override comes last, and goes where there is none, so that something is told of each. */
  make(before?: (made: Made) => void): Made
}

export const COMBINATIONS: readonly Combination[] = Object.entries(STATES).flatMap(([state, { policy = {}, bring }]) =>
  Object.entries(OVERRIDES).flatMap(([above, override]) =>
    Object.entries(BULKHEADS).map(([slots, bulkhead]) => ({
      title: `${state}; ${above}; ${slots}`,
      make(before: (made: Made) => void = () => {}) {
        const { clock, registry } = newRegistry()
        const given = bulkhead === null ? policy : { ...policy, maxConcurrent: 100, maxQueued: bulkhead.maxQueued }
        const made = { clock, registry, breaker: registry.breaker('a', given) }
        before(made)
        // One in flight, from when it was closed.
        acquire(made.breaker)
        bring(made)
        if (bulkhead?.isFull === true) {
          const maxConcurrent = made.breaker.stats().concurrency?.inFlight ?? 1
          registry.configure('a', { ...given, maxConcurrent })
        }
        made.breaker.override(override ?? { state: 'open', reason })
        if (override === null) made.breaker.override(null)
        return made
      },
    })),
  ),
)

/** Enough for a share to show. */
export const CALLS = 40

/** What the admission says of so many calls that come now, and of which none ends: how many are let through, at least and at most. */
export function expectedThrough({ admits, share, permits, queue }: AdmissionStatus): [number, number] {
  if (admits === 'all') return [CALLS, CALLS]
  if (admits === 'none') return [0, 0]
  // Who waits takes no permit yet.
  const most = permits === 0 ? 0 : (queue ?? permits ?? CALLS)
  if (share === null) return [most, most]
  return [Math.min(most, 1), Math.min(most, Math.ceil(CALLS * share) + 1)]
}

/** What becomes of a call that is made now: it runs, waits for a slot, or is refused by somebody. */
export async function callNow({
  registry,
  breaker,
}: {
  registry: Made['registry']
  breaker: Breaker
}): Promise<string> {
  let became = 'waits'
  const ends = [
    registry.on('rejected', ({ by }) => {
      became = by
    }),
    registry.on('limited', () => {
      became = 'bulkhead'
    }),
  ]
  breaker
    .call(() => {
      became = 'runs'
      return new Promise(() => {})
    })
    .catch(() => {})
  await Promise.resolve()
  for (const end of ends) end()
  return became
}
