// WireRow of stats: the figures of a breaker as they are sent, and which of them change without a call.
import type { EndpointStats } from '../../index.ts'
import { COLUMN, COLUMNS, type WireRow } from './columns.ts'

const READERS = COLUMNS.map(({ read }) => read)
const DECAYING = COLUMNS.flatMap(({ decays }, index) => (decays ? [index] : []))

export function wireRow(endpoint: string, stats: Omit<EndpointStats, 'endpoint'>): WireRow {
  return READERS.map((read) => read(stats, endpoint)) as unknown as WireRow
}

/** Whether it will change as calls leave a window of time. A window of calls keeps its rate; nothing is lost by asking. */
export function mayDecay(row: WireRow): boolean {
  return row[COLUMN.failureRate] !== null || row[COLUMN.slowRate] !== null
}

export function hasDecayed(before: WireRow, now: WireRow): boolean {
  return DECAYING.some((column) => before[column] !== now[column])
}

/** As the row would read `elapsedMs` later. */
export function agedRow(row: WireRow, elapsedMs: number): WireRow {
  const retryAfterMs = row[COLUMN.retryAfterMs]
  if (retryAfterMs === null || elapsedMs <= 0) return row
  return row.with(COLUMN.retryAfterMs, Math.max(0, Math.round(retryAfterMs - elapsedMs))) as unknown as WireRow
}
