// Said: what `breaker.admission()` must say, as far as it is no matter of words.
import type { Gate } from './admission-held.ts'

export interface Said {
  admits: 'all' | 'some' | 'none'
  refusedBy: Gate | 'operator' | null
  state: string
  share: number | null
  permits: number | null
  queue: number | null
}

/** Of what each gate says, if it does not let everything through: what is said of all. */
export function saidBy(limits: readonly Said[], state: string): Said {
  if (limits.length === 0) return { admits: 'all', refusedBy: null, state, share: null, permits: null, queue: null }
  // Where every permit is held it is for that the next call is refused: the places are those of the probes.
  const isHeld = limits.some(({ permits }) => permits === 0)
  const refuser = limits.find(({ admits, refusedBy }) => admits === 'none' && !(isHeld && refusedBy === 'bulkhead'))
  if (refuser !== undefined) return refuser
  const openness = ({ share, permits }: Said) => (permits === null ? (share ?? 1) : permits === 0 ? -1 : 0)
  const [strictest] = limits.toSorted((one, other) => openness(one) - openness(other))
  const least = (of: 'share' | 'permits' | 'queue') => {
    const figures = limits.map((limit) => limit[of]).filter((figure) => figure !== null)
    return figures.length === 0 ? null : Math.min(...figures)
  }
  return { ...(strictest as Said), share: least('share'), permits: least('permits'), queue: least('queue') }
}
