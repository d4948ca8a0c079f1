// Health: whether a service can do its work, by the state of its breakers.
import { matcherOf } from '../edge/name-pattern.ts'
import { checkOptions } from '../edge/option-object.ts'
import type { BreakerState } from '../rules/decide.ts'
import { describeReason } from '../rules/triggers.ts'
import { retryAfterMs } from './admission.ts'
import { caughtUp } from './deliver.ts'
import type { Row } from './row.ts'

/** What the health of a service depends on. */
export interface HealthRules {
  /** Endpoints without which the service is down, by name or pattern (`'db-*'`). Default: none; then it is never `down`. */
  readonly critical?: readonly string[] | undefined
}

/** What `registry.health()` gives. */
export interface Health {
  /**
   * `'up'`: every breaker is closed or disabled. `'degraded'`: one is open, forced open or half-open. `'down'`: a critical
   * one is open or forced open; half-open it is asked again already, and the service is degraded.
   */
  readonly status: 'up' | 'degraded' | 'down'
  /** The breakers that make it so, critical ones first. */
  readonly endpoints: readonly EndpointHealth[]
}

/** A breaker that is not closed, or is ruled by a fleet. */
export interface EndpointHealth {
  /** The name of the breaker. */
  readonly endpoint: string
  /** `'open'`, `'halfOpen'` or `'forcedOpen'`. */
  readonly state: BreakerState
  /** Whether the service is down without it. */
  readonly critical: boolean
  /** Why it is in this state, in words. */
  readonly reason: string
  /** Whole ms until a call may be admitted; `null` when one may be now, or nobody knows. */
  readonly retryAfterMs: number | null
}

/** What is wrong with an endpoint: its breaker comes first, as it does in a call; then what a fleet rules. */
function troubleOf(row: Row): Omit<EndpointHealth, 'endpoint' | 'critical'> | null {
  const { tier } = row.chronicle
  if (row.state === 'disabled' || (row.state === 'closed' && tier === null)) return null
  const { state, stay, home } = caughtUp(row)
  const now = home.clock.now()
  if (state !== 'closed' && state !== 'disabled') {
    const reason = stay.reason === null ? state : describeReason(stay.reason)
    return { state, reason, retryAfterMs: retryAfterMs(row, now) ?? null }
  }
  if (tier === null || state === 'disabled') return null
  const { ruling } = tier
  return { state: ruling.state, reason: describeReason(ruling.reason), retryAfterMs: tier.retryAfterMs(now) ?? null }
}

export function healthOf(rows: Iterable<Row>, rules: HealthRules): Health {
  checkOptions('health(rules)', rules, ['critical'])
  const isCritical = matcherOf('health(rules).critical', rules.critical ?? [])
  const endpoints: EndpointHealth[] = []
  for (const row of rows) {
    const found = troubleOf(row)
    if (found === null) continue
    const { name: endpoint } = row
    const { state, reason } = found
    endpoints.push({ endpoint, state, critical: isCritical(endpoint), reason, retryAfterMs: found.retryAfterMs })
  }
  const isDown = endpoints.some(({ critical, state }) => critical && state !== 'halfOpen')
  const rest = endpoints.length > 0 ? 'degraded' : 'up'
  return {
    status: isDown ? 'down' : rest,
    endpoints: endpoints.sort((one, other) => Number(other.critical) - Number(one.critical)),
  }
}
