// PolicyWarnings: settings that are right one by one and defeat one another. What can't be at all, resolvePolicy refuses.

import { count, length, percent } from '../../core/options/texts/index.ts'
import { TRIGGER_OPTIONS, triggersOf } from '../../core/options/triggers-of.ts'
import type { Policy } from '../../index.ts'
import { checkPolicy } from './check-policy.ts'

/**
 * Settings of a resolved policy that can't do what they seem to do beside one another, each as one sentence; none if all is
 * well, as with the default policy. For people: the texts may change between versions.
 *
 * ```ts
 * policyWarnings(resolvePolicy({ failureThreshold: null }))
 * // ['nothing opens it by itself: failureThreshold, failureRate and slowCalls are all none']
 * ```
 * @throws ArgumentError (`INVALID_ARGUMENT`) for what is no resolved policy
 */
export function policyWarnings(policy: Policy): string[] {
  checkPolicy('policyWarnings(policy)', policy)
  return [
    ...triggerWarnings(policy),
    ...rateWarnings('failureRate', policy),
    ...rateWarnings('slowCalls', policy),
    ...timeWarnings(policy),
    ...recoveryWarnings(policy),
  ]
}

function triggerWarnings(policy: Policy): string[] {
  const { failureThreshold, counting, failureWindowMs, failureRate } = policy
  const warnings: string[] = []
  if (triggersOf(policy).size === 0) {
    const [last, ...others] = TRIGGER_OPTIONS.toReversed()
    warnings.push(`nothing opens it by itself: ${others.toReversed().join(', ')} and ${last} are all none`)
  }
  if (failureThreshold !== null && counting === 'cumulative' && failureWindowMs === null) {
    warnings.push(
      `counting: 'cumulative' without a failureWindow opens any long-lived breaker some day: ${count(failureThreshold, 'failure')} since it closed are enough, however far apart`,
    )
  }
  if (failureThreshold !== null && failureRate !== null && decidesFirst(failureThreshold, policy)) {
    warnings.push(
      `failureRate never decides: failureThreshold opens it after ${count(failureThreshold, 'failure')}, before the rate can be reached`,
    )
  }
  return warnings
}

/** Whether as many failures as the rate needs at the least have always fired the threshold before. */
function decidesFirst(threshold: number, policy: Policy): boolean {
  const { counting, failureWindowMs } = policy
  if (threshold === 1) return true
  if (counting !== 'cumulative' || failureWindowMs !== null) return false
  return threshold <= (triggersOf(policy).get('failureRate')?.marked ?? 0)
}

function rateWarnings(name: 'failureRate' | 'slowCalls', policy: Policy): string[] {
  const { [name]: rule, timeoutMs } = policy
  const needs = triggersOf(policy).get(name)
  if (rule === null || needs === undefined) return []
  const { minimumCalls, window } = rule
  const warnings: string[] = []
  const marked = name === 'failureRate' ? 'failure' : 'slow call'
  if (needs.marked <= 1 && minimumCalls < 10) {
    warnings.push(
      `${name}: a single ${marked} opens it, as 1 of ${count(minimumCalls, 'call')} is ${percent(rule.threshold)} or more: raise minimumCalls`,
    )
  }
  if ('calls' in window) return warnings
  if (window.buckets === 1) {
    warnings.push(`${name}: a window of 1 bucket forgets all its calls at once every ${length(window.timeMs)}`)
  }
  if (timeoutMs !== null && minimumCalls * timeoutMs > window.timeMs) {
    warnings.push(
      `${name}: ${minimumCalls} calls one after another that each take the timeout of ${length(timeoutMs)} don't fit into its window of ${length(window.timeMs)}: only calls side by side can open it`,
    )
  }
  return warnings
}

function timeWarnings(policy: Policy): string[] {
  const { timeoutMs, slowCalls, probes, probeTimeoutMs, failureWindowMs, failureThreshold } = policy
  if (timeoutMs === null) return []
  const warnings: string[] = []
  if (slowCalls !== null && slowCalls.slowerThanMs >= timeoutMs) {
    warnings.push(
      `slowCalls: no call is slower than ${length(slowCalls.slowerThanMs)} before its timeout of ${length(timeoutMs)} ends it as a failure`,
    )
  }
  if (probes === 'calls' && probeTimeoutMs < timeoutMs) {
    warnings.push(
      `probeTimeout: a probe loses its permit after ${length(probeTimeoutMs)}, while the call may take its timeout of ${length(timeoutMs)}: what it answers after that is late`,
    )
  }
  if (failureWindowMs !== null && failureThreshold !== null && (failureThreshold - 1) * timeoutMs >= failureWindowMs) {
    warnings.push(
      `failureWindow: ${count(failureThreshold, 'call')} one after another that each take the timeout of ${length(timeoutMs)} don't fit into ${length(failureWindowMs)}: only calls side by side can open it`,
    )
  }
  return warnings
}

function recoveryWarnings(policy: Policy): string[] {
  const { backoff, openTimeoutMs, recoveryRamp } = policy
  const warnings: string[] = []
  if (backoff !== null && backoff.jitter === 0 && (backoff.factor === 1 || backoff.maxMs === openTimeoutMs)) {
    const why = backoff.factor === 1 ? 'its factor is 1' : `its max is the openTimeout of ${length(openTimeoutMs)}`
    warnings.push(`backoff changes nothing: ${why}, and there is no jitter`)
  }
  if (recoveryRamp?.from === 1) {
    warnings.push('recoveryRamp holds nobody back: it admits every call from its start, as its from is 1')
  }
  return [...warnings, ...probeWarnings(policy)]
}

function probeWarnings(policy: Policy): string[] {
  const { probes, halfOpenMaxCalls, maxConcurrent, successThreshold, halfOpenFailureThreshold } = policy
  if (probes === 'reports') return []
  const warnings: string[] = []
  const needed = successThreshold + halfOpenFailureThreshold - 1
  if (halfOpenMaxCalls > needed) {
    warnings.push(
      `halfOpenMaxCalls: ${halfOpenMaxCalls} probes at a time, though ${count(needed, 'outcome')} always decide: the others are late`,
    )
  }
  if (maxConcurrent !== null && halfOpenMaxCalls > maxConcurrent) {
    warnings.push(
      `halfOpenMaxCalls: ${halfOpenMaxCalls} probes at a time, though maxConcurrent has only ${count(maxConcurrent, 'call')} in flight`,
    )
  }
  return warnings
}
