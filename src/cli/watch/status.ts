// Status: how an endpoint stands to whoever calls it, by its admission, which is the registry's word for all who look. The
// breaker's own state is not enough: a closed one refuses calls where its fleet or its bulkhead does.
import type { EndpointRow } from '../../observe/dashboard/index.ts'
import type { Paint } from '../terminal/index.ts'
import type { Watched } from './board.ts'

/** What needs looking at first. Those that an operator holds need it last. */
const SEVERITY = { none: 0, some: 1, held: 2, disabled: 3, closed: 4 } as const

/** In a word or two: the state, whose it is where it is not the breaker's, or how full its bulkhead is. */
export function statusOf({ state, admission }: EndpointRow): string {
  if (admission === null) return state
  if (admission.refusedBy === 'fleet') return `fleet ${admission.state}`
  if (admission.refusedBy === 'bulkhead') return admission.admits === 'none' ? 'full' : 'queueing'
  return admission.share === null ? admission.state : 'ramp'
}

/** The smallest first. */
export function severityOf({ state, admission }: EndpointRow): number {
  if (admission === null) return state === 'disabled' ? SEVERITY.disabled : SEVERITY.closed
  if (admission.refusedBy === 'operator') return SEVERITY.held
  return admission.admits === 'none' ? SEVERITY.none : SEVERITY.some
}

/** Green is what admits every call, and nothing else. */
export function paintStatus(row: EndpointRow, paint: Paint): string {
  const { state, admission } = row
  if (admission === null) return state === 'disabled' ? paint.dim(state) : paint.green(state)
  return admission.admits === 'some' ? paint.yellow(statusOf(row)) : paint.red(statusOf(row))
}

/** What is admitted, and when the next call is; '-' where every call is, or nobody knows. */
export function nextAdmission({ row: { admission }, retryAfterMs }: Watched): string {
  if (admission === null) return '-'
  const { admits, share, permits, queue, refusedBy, state } = admission
  if (permits === 0) return 'probing'
  if (queue !== null) return `${queue} may wait`
  if (share !== null) return `${Math.round(share * 100)} % of calls`
  if (permits !== null) return 'now'
  if (admits === 'none' && retryAfterMs !== null) return `in ${(retryAfterMs / 1000).toFixed(1)} s`
  if (state !== 'halfOpen') return '-'
  return refusedBy === 'fleet' ? 'others probe' : 'by reports'
}

/** Why, and who refuses calls; where nobody does, why it is in its state. */
export function whyOf({ admission, reason }: EndpointRow): string {
  return admission?.words ?? reason ?? ''
}

/** How many of the calls are refused, and by whom, as a sentence. */
export function refusalOf({ admission }: EndpointRow): string {
  if (admission === null) return 'every call is admitted'
  const which = admission.admits === 'none' ? 'every call is refused' : 'some calls are refused'
  const by = { operator: 'an operator', breaker: 'the breaker', fleet: 'the fleet', bulkhead: 'maxConcurrent' }
  return admission.refusedBy === null ? which : `${which} by ${by[admission.refusedBy]}`
}
