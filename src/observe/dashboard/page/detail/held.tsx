// Held: what decides about calls beside the breaker itself, shown beside its own state: its fleet, or a bulkhead that is full.
import type { WireOverride, WireRow } from '../../protocol.ts'
import { fleetWord, isOverridden, type Look, lookOf, whyOf } from '../admission.ts'
import { percent } from '../format.ts'
import { LookBadge } from '../ui/state-badge.tsx'

/** Above the picture of a breaker whose state does not decide. */
export function HeldNote({ row }: { row: WireRow }) {
  if (!isOverridden(row)) return null
  return (
    <p class="held">
      <LookBadge look={lookOf(row)} />
      <span>{whyOf(row)}</span>
    </p>
  )
}

/** What the fleet decides where the breaker itself refuses already. */
export function FleetLine({ override, row }: { override: WireOverride | null; row: WireRow }) {
  if (override === null || lookOf(row).isFleets) return null
  const { state, reason, share } = override
  return (
    <p class="heading-state">
      <LookBadge look={fleetLook(state, share)} />
      <span class="heading-reason">
        {reason}
        {share > 0 && <span class="faint"> · lets {percent(share)} through</span>}
      </span>
    </p>
  )
}

function fleetLook(state: WireOverride['state'], share: number): Look {
  const kind = share > 0 ? 'some' : state === 'forcedOpen' ? 'forcedOpen' : 'open'
  return { kind, shape: state, isFleets: true, word: fleetWord(state) }
}
