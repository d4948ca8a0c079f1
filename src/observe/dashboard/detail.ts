// Detail: everything about one endpoint, for an open detail view. Makes no breaker.

import { TRIGGER_TITLES } from '../../core/options/texts/index.ts'
import {
  type Breaker,
  type BreakerStats,
  describeReason,
  type EvidenceReport,
  type Policy,
  type RateEvidence,
  type Registry,
} from '../../index.ts'
import { explainPolicy, policyWarnings } from '../explain/index.ts'
import type { History } from './history.ts'
import { jsonOptionsOf } from './policy-form.ts'
import { type EndpointDetail, STATES, type WireBulkhead, type WireEvidence, type WirePeriod } from './protocol.ts'
import { wireRow } from './wire-row.ts'

/** The handle of an existing breaker; `null` for an unknown name, also if the registry was closed. */
export function existing(registry: Registry, name: string): Breaker | null {
  return registry.has(name) ? registry.breaker(name) : null
}

/** `sinceMs`: when the history began, in ms since 1970. */
export function detailOf(breaker: Breaker, history: History, sinceMs: number): EndpointDetail {
  const { endpoint, policy } = breaker
  const now = Date.now()
  const stats = breaker.stats()
  const { transitions, isCut } = history.of(endpoint)
  return {
    endpoint,
    now,
    row: wireRow(endpoint, stats),
    stats: {
      consecutiveFailures: stats.consecutiveFailures,
      latency: stats.latency,
      fallbacks: stats.calls.fallbacks,
      timeInState: stats.timeInState,
    },
    override: stats.override && { ...stats.override, reason: describeReason(stats.override.reason) },
    bulkhead: wireBulkhead(stats, policy),
    evidence: wireEvidence(breaker.evidence()),
    policy: explainPolicy(policy),
    options: jsonOptionsOf(policy),
    warnings: policyWarnings(policy),
    transitions,
    timeline: timelineOf(stats, transitions, { now, sinceMs: isCut ? null : sinceMs }),
    fleetTimeline: fleetTimelineOf(stats, transitions, isCut ? (transitions[0]?.time ?? now) : sinceMs),
  }
}

/** The periods between the transitions. The first is known from `sinceMs`, or not at all. */
function timelineOf(
  stats: BreakerStats,
  transitions: EndpointDetail['transitions'],
  { now, sinceMs }: { readonly now: number; readonly sinceMs: number | null },
): WirePeriod[] {
  const periods: WirePeriod[] = []
  const own = transitions.filter(({ by }) => by === 'breaker')
  const [first] = own
  if (sinceMs !== null) {
    const ageMs = STATES.reduce((sum, state) => sum + stats.timeInState[state], 0)
    const to = first?.time ?? null
    // It may be younger than the history, or have been restored from a snapshot and be older.
    const from = Math.min(Math.max(sinceMs, Math.round(now - ageMs)), to ?? now)
    periods.push({
      state: first?.from ?? stats.state,
      generation: first === undefined ? stats.generation : null,
      from,
      to,
    })
  }
  for (const [index, { to: state, generation, time }] of own.entries()) {
    periods.push({ state, generation, from: time, to: own[index + 1]?.time ?? null })
  }
  return periods
}

/** The periods in which the fleet rejected calls. One that began before the history is known from its begin. */
function fleetTimelineOf(
  { override }: BreakerStats,
  transitions: EndpointDetail['transitions'],
  sinceMs: number,
): WirePeriod[] {
  const moves = transitions.filter(({ by }) => by === 'fleet')
  const [first] = moves
  const before = first === undefined ? override?.state : first.from
  const periods: WirePeriod[] = []
  if (before !== undefined && before !== 'closed') {
    periods.push({ state: before, generation: null, from: sinceMs, to: first?.time ?? null })
  }
  for (const [index, { to: state, time }] of moves.entries()) {
    if (state === 'closed') continue
    periods.push({ state, generation: null, from: time, to: moves[index + 1]?.time ?? null })
  }
  return periods
}

function wireBulkhead({ concurrency }: BreakerStats, { maxConcurrent, maxQueued }: Policy): WireBulkhead | null {
  return concurrency && { ...concurrency, slots: maxConcurrent ?? concurrency.inFlight, mayWait: maxQueued }
}

function wireEvidence(report: EvidenceReport): WireEvidence {
  const names = Object.keys(TRIGGER_TITLES) as (keyof EvidenceReport)[]
  const entries = names.map((name) => {
    const held = report[name]
    return [name, held && { ...TRIGGER_TITLES[name], ...('buckets' in held ? wireRate(held) : wireCount(held)) }]
  })
  return Object.fromEntries(entries)
}

function wireCount({ agesMs, ...count }: EvidenceReport['failures']) {
  return { ...count, ages: newest(agesMs).map(Math.round) }
}

/** More could be neither drawn nor sent every second: a window may hold 100,000 calls. */
const MOST_SLOTS = 1_000

function wireRate(rate: RateEvidence) {
  return { ...rate, buckets: newest(rate.buckets) }
}

function newest<T>(items: readonly T[]): readonly T[] {
  return items.length > MOST_SLOTS ? items.slice(-MOST_SLOTS) : items
}
