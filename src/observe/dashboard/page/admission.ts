// Admission: how an endpoint is shown, from who refuses its calls. The one answer for all parts of the page: colour, sign and
// words of the list, the cards, the mosaic, the counts and the detail come from here, none from the state alone.
import type { BreakerState } from '../../../core/rules/states.ts'
import { COLUMN, type WireRow } from '../protocol.ts'
import { NOTHING, percent, probeIn } from './format.ts'
import { keyOf, wordOf } from './states.ts'

/** What callers meet: it has a colour, and a count in the summary. Green is that of `closed` alone. */
export type Kind = 'open' | 'forcedOpen' | 'full' | 'some' | 'disabled' | 'closed'

export interface KindStyle {
  readonly key: Kind
  readonly word: string
  readonly means: string
}

/** What needs attention first is at the front. The rest of the page speaks of them by their number here. */
export const KINDS: readonly KindStyle[] = [
  { key: 'open', word: 'open', means: 'Every call is rejected, by the breaker or by its fleet.' },
  { key: 'forcedOpen', word: 'forced open', means: 'Every call is rejected until someone ends that.' },
  { key: 'full', word: 'full', means: 'Every slot is taken: calls are refused until one is free.' },
  {
    key: 'some',
    word: 'admits some',
    means: 'Some calls are admitted: probes, a share, or those that wait for a slot.',
  },
  { key: 'disabled', word: 'disabled', means: 'Every call is admitted; nothing opens it.' },
  { key: 'closed', word: 'closed', means: 'Every call is admitted and judged.' },
]

/** The signs: those of the states, and of what else there is. */
export type Shape = BreakerState | 'ramping' | 'full'

export interface Look {
  readonly kind: Kind
  readonly shape: Shape
  /** It is the fleet that refuses: the sign says so, too. */
  readonly isFleets: boolean
  /** Beside the sign. */
  readonly word: string
}

export function kindOf(row: WireRow): Kind {
  const admission = row[COLUMN.admission]
  if (admission === null) return keyOf(row[COLUMN.state]) === 'disabled' ? 'disabled' : 'closed'
  if (admission.admits === 'some') return 'some'
  if (admission.refusedBy === 'bulkhead') return 'full'
  return admission.state === 'forcedOpen' ? 'forcedOpen' : 'open'
}

export function numberOfKind(key: string): number {
  return KINDS.findIndex((kind) => kind.key === key)
}

export function lookOf(row: WireRow): Look {
  const kind = kindOf(row)
  const admission = row[COLUMN.admission]
  switch (admission?.refusedBy) {
    case 'fleet':
      return { kind, shape: admission.state, isFleets: true, word: fleetWord(admission.state) }
    case 'bulkhead':
      return { kind, shape: 'full', isFleets: false, word: kind === 'full' ? 'full' : 'calls wait' }
    default: {
      const shape = ownShape(row)
      return { kind, shape, isFleets: false, word: wordOf(shape) }
    }
  }
}

/** As what the fleet rejects calls. */
export function fleetWord(state: string): string {
  return `fleet: ${wordOf(state)}`
}

/** The breaker's own state, whoever refuses; on its ramp it is in one of its own, as in the statechart. */
export function ownShape(row: WireRow): BreakerState | 'ramping' {
  const state = keyOf(row[COLUMN.state])
  return state === 'halfOpen' && row[COLUMN.rampShare] !== null ? 'ramping' : state
}

/** Whether something beside the breaker decides: then its own state says little. */
export function isOverridden(row: WireRow): boolean {
  const by = row[COLUMN.admission]?.refusedBy
  return by === 'fleet' || by === 'bulkhead'
}

/** What comes next, in a few words; `untilMs`: until a call may be admitted. */
export function nextOf(row: WireRow, untilMs: number | null): string {
  const admission = row[COLUMN.admission]
  if (admission === null) return NOTHING
  const { admits, refusedBy, state, share, permits } = admission
  if (refusedBy === 'bulkhead') return slotsTaken(row)
  if (state === 'forcedOpen') return 'by hand'
  if (refusedBy === 'fleet') {
    if (admits === 'some') return permits === null ? `admits ${percent(share)}` : probeWords(permits === 0)
    if (state === 'halfOpen') return 'others probe'
    return untilMs === null ? 'by the fleet' : probeIn(untilMs)
  }
  if (state === 'open') return untilMs === null ? NOTHING : probeIn(untilMs)
  if (admits === 'none') return 'by reports'
  return ownProbes(row)
}

/** What a half-open breaker waits for itself. */
export function ownProbes(row: WireRow): string {
  const ramp = row[COLUMN.rampShare]
  return ramp === null ? probeWords(row[COLUMN.probesInFlight] > 0) : `admits ${percent(ramp)}`
}

function probeWords(isProbing: boolean): string {
  return isProbing ? 'probing' : 'awaits a probe'
}

function slotsTaken(row: WireRow): string {
  const [inFlight, queued] = row[COLUMN.concurrency] ?? [0, 0]
  return `${inFlight} in flight${queued === 0 ? '' : `, ${queued} wait`}`
}

/** How it is and why, in a sentence; `null` where there is nothing to say but its state. */
export function whyOf(row: WireRow): string | null {
  const admission = row[COLUMN.admission]
  const isOwn = admission?.refusedBy === 'breaker' || admission?.refusedBy === 'operator'
  // Its badge says the state already; of one that admits nobody while half-open, or a share, that is not the whole of it.
  const isPlain = isOwn && (admission.state !== 'halfOpen' || admission.permits !== null)
  if (isPlain) return row[COLUMN.reason]
  return admission === null ? row[COLUMN.reason] : admission.words
}
