// Eviction: which breaker makes room for another. Second chance (CLOCK), which costs a call nothing: what has admitted
// no call since it was last looked at is idle.
import type { Row } from './row.ts'

/** An idle closed breaker, or `undefined`: what is not closed holds a decision, and is never evicted. */
export function chooseIdle(rows: Map<string, Row>): Row | undefined {
  let looks = rows.size * 2
  for (const row of rows.values()) {
    if (looks-- === 0) break
    if (row.state === 'closed' && row.seenCalls === row.allowed) return row
    row.seenCalls = row.allowed
    // Behind the others, which are looked at first next time.
    rows.delete(row.name)
    rows.set(row.name, row)
  }
  return undefined
}
