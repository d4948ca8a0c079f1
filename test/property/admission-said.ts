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
  const nothing = { share: null, permits: null, queue: null }
  const openness = ({ share, permits }: Said) => (permits === null ? (share ?? 1) : 0)
  const [strictest] = limits.toSorted((one, other) => openness(one) - openness(other))
  // Who refuses the next call speaks, in the order in which they are asked.
  const speaker = limits.find(({ admits, permits }) => admits === 'none' || permits === 0) ?? strictest
  if (speaker === undefined) return { admits: 'all', refusedBy: null, state, ...nothing }
  // Where probes hold the slots, too, it is open to the next one.
  const isByProbes = ({ refusedBy }: Said) => refusedBy === 'bulkhead' && speaker.permits === 0
  if (limits.some((limit) => limit.admits === 'none' && !isByProbes(limit)))
    return { ...speaker, admits: 'none', ...nothing }
  const least = (of: 'share' | 'permits' | 'queue') => {
    const figures = limits.map((limit) => limit[of]).filter((figure) => figure !== null)
    return figures.length === 0 ? null : Math.min(...figures)
  }
  return { ...speaker, share: least('share'), permits: least('permits'), queue: least('queue') }
}
