// Columns: what the list shows of an endpoint and what it can be sorted by.
import { COLUMN } from '../../protocol.ts'
import type { Endpoint } from '../store/endpoints.ts'
import { meanOf } from '../store/track.ts'

export type SortKey = 'state' | 'name' | 'calls' | 'rejections' | 'failures' | 'slow' | 'p50' | 'p99' | 'probe'

export interface Column {
  readonly key: SortKey
  readonly label: string
  readonly title: string
  /** What has the most comes first when it is chosen. */
  readonly mostFirst: boolean
}

export const COLUMNS: readonly Column[] = [
  { key: 'state', label: 'State', title: 'What needs attention first', mostFirst: false },
  { key: 'name', label: 'Endpoint', title: 'By name', mostFirst: false },
  { key: 'calls', label: 'Calls/s', title: 'Calls let through, and on top of them those refused', mostFirst: true },
  {
    key: 'rejections',
    label: 'Refused/s',
    title: 'Calls refused, a second: by the breaker, its fleet, or for lack of a slot',
    mostFirst: true,
  },
  {
    key: 'failures',
    label: 'Failures',
    title: 'Share of failures: in the window of its rule, or else of the last minute',
    mostFirst: true,
  },
  { key: 'slow', label: 'Slow', title: 'Share of slow calls in the window of its rule', mostFirst: true },
  { key: 'p50', label: 'p50', title: 'Half of the sampled calls took at most so long', mostFirst: true },
  { key: 'p99', label: 'p99', title: '99 of 100 sampled calls took at most so long', mostFirst: true },
  { key: 'probe', label: 'Next', title: 'What comes next; by the time until a call may be admitted', mostFirst: false },
]

/** Over how many seconds the figures beside the sparklines are means. */
const RECENT = 3
const MINUTE = 60

export function callsPerSecond({ track }: Endpoint, next: number): number {
  return track === null ? 0 : meanOf(track.calls, next, RECENT)
}

export function rejectionsPerSecond({ track }: Endpoint, next: number): number {
  return track === null ? 0 : meanOf(track.rejections, next, RECENT)
}

/** By the rule of its policy, or else as counted here; `null`: no call. */
export function failureShare({ row, track }: Endpoint, next: number): { share: number | null; isByRule: boolean } {
  const byRule = row[COLUMN.failureRate]
  if (byRule !== null) return { share: byRule, isByRule: true }
  if (track === null) return { share: null, isByRule: false }
  const calls = meanOf(track.calls, next, MINUTE)
  return { share: calls === 0 ? null : Math.min(1, meanOf(track.failures, next, MINUTE) / calls), isByRule: false }
}

/** What the column is sorted by; `null` goes to the end whichever way. */
export function sortValue(key: SortKey, endpoint: Endpoint, next: number): number | null {
  switch (key) {
    case 'state':
      return endpoint.kind
    case 'name':
      return endpoint.rank
    case 'calls':
      return callsPerSecond(endpoint, next)
    case 'rejections':
      return rejectionsPerSecond(endpoint, next)
    case 'failures':
      return failureShare(endpoint, next).share
    case 'slow':
      return endpoint.row[COLUMN.slowRate]
    case 'p50':
      return endpoint.row[COLUMN.p50]
    case 'p99':
      return endpoint.row[COLUMN.p99]
    case 'probe':
      return endpoint.deadline
  }
}
