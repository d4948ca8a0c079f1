// Health: whether a service can do its work, judged by what its endpoints admit.
import { matcherOf } from '../edge/name-pattern.ts'
import { checkOptions } from '../edge/option-object.ts'
import type { BreakerState } from '../rules/states.ts'
import { type AdmissionStatus, admissionOf } from './admission-status.ts'
import { caughtUp } from './deliver.ts'
import type { Refuser } from './rejection.ts'
import type { Row } from './row.ts'

/** What the health of a service depends on. */
export interface HealthRules {
  /** Endpoints without which the service is down, by name or pattern (`'db-*'`). Default: none; then it is never `down`. */
  readonly critical?: readonly string[] | undefined
}

/** The result of `registry.health()`. */
export interface Health {
  /**
   * `'up'`: every endpoint admits every call. `'degraded'`: one refuses calls. `'down'`: a critical one refuses every call.
   * But a full bulkhead, or a breaker while calls probe it, does not make it down: a breaker needs some calls to recover.
   */
  readonly status: 'up' | 'degraded' | 'down'
  /** The endpoints that refuse calls, critical ones first. */
  readonly endpoints: readonly EndpointHealth[]
}

/** An endpoint that refuses calls. */
export interface EndpointHealth {
  /** The name of the breaker. */
  readonly endpoint: string
  /** The state that decides: the fleet's if that refuses calls, otherwise the breaker's. */
  readonly state: BreakerState
  /** Whether it admits `'some'` calls or `'none'`. */
  readonly admits: 'some' | 'none'
  /** Who refuses them. */
  readonly refusedBy: Refuser
  /** Whether the service is down without it. */
  readonly critical: boolean
  /** The state and the reason in words. */
  readonly reason: string
  /** Whole ms until a call may be admitted; `null` when one may be now, or nobody knows. */
  readonly retryAfterMs: number | null
}

export function healthOf(rows: Iterable<Row>, rules: HealthRules): Health {
  checkOptions('health(rules)', rules, ['critical'])
  const isCritical = matcherOf('health(rules).critical', rules.critical ?? [])
  const endpoints: EndpointHealth[] = []
  let isDown = false
  for (const row of rows) {
    const { name: endpoint, core } = row
    const status = admissionOf(caughtUp(row), core.clock.now())
    const { admits, refusedBy, state, words: reason, retryAfterMs } = status
    if (admits === 'all' || refusedBy === null) continue
    const critical = isCritical(endpoint)
    endpoints.push({ endpoint, state, admits, refusedBy, critical, reason, retryAfterMs })
    isDown ||= critical && admits === 'none' && !isPassing(state, refusedBy)
  }
  const rest = endpoints.length > 0 ? 'degraded' : 'up'
  return {
    status: isDown ? 'down' : rest,
    endpoints: endpoints.sort((one, other) => Number(other.critical) - Number(one.critical)),
  }
}

/**
 * What only calls can end needs calls: a fleet that probes, whose turn may come here; and a full bulkhead, which means that
 * the service is busy. If a load balancer sent it nothing, it would send more to the others.
 */
function isPassing(state: AdmissionStatus['state'], refusedBy: Refuser): boolean {
  return refusedBy === 'bulkhead' || (refusedBy === 'fleet' && state === 'halfOpen')
}
