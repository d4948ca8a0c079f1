// Sort: the orders of the live table.
import type { Watched } from './board.ts'
import { severityOf } from './status.ts'

export const SORTS = ['state', 'name', 'calls', 'failures', 'rejected', 'p99'] as const
export type Sort = (typeof SORTS)[number]

/** The smallest is shown first: of figures the highest, so with a minus; what has none comes last. */
const KEYS: Readonly<Record<Exclude<Sort, 'name'>, (watched: Watched) => number>> = {
  state: ({ row }) => severityOf(row),
  calls: ({ perSecond }) => -(perSecond.calls ?? -1),
  failures: ({ failureShare }) => -(failureShare ?? -1),
  rejected: ({ perSecond }) => -(perSecond.refused ?? -1),
  p99: ({ row }) => -(row.p99 ?? -1),
}

/** A copy in that order; those that are equal by name. */
export function sorted(all: readonly Watched[], sort: Sort, isReversed: boolean): Watched[] {
  const byName = (left: Watched, right: Watched) => (left.row.endpoint < right.row.endpoint ? -1 : 1)
  const key = sort === 'name' ? null : KEYS[sort]
  const sign = isReversed ? -1 : 1
  return all.toSorted((left, right) => {
    const difference = key === null ? 0 : key(left) - key(right)
    return difference === 0 ? byName(left, right) * (key === null ? sign : 1) : difference * sign
  })
}
