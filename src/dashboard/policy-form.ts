// PolicyForm: a resolved policy written as options again: for a form that changes it, and to change some settings of it.
import { type Policy, type PolicyOptions, type RateRule, resolvePolicy, type WindowSize } from '../index.ts'

/** Options that come to this very policy, over whatever policy they are given; functions included. */
export function optionsOf(policy: Policy): PolicyOptions {
  const { failureWindowMs, openTimeoutMs, probeTimeoutMs, timeoutMs, failureRate, slowCalls, backoff, ...same } = policy
  return {
    ...same,
    failureWindow: failureWindowMs,
    failureRate: failureRate && rateOptions(failureRate),
    slowCalls: slowCalls && { slowerThan: slowCalls.slowerThanMs, ...rateOptions(slowCalls) },
    openTimeout: openTimeoutMs,
    backoff: backoff && { factor: backoff.factor, max: backoff.maxMs, jitter: backoff.jitter },
    probeTimeout: probeTimeoutMs,
    timeout: timeoutMs,
  }
}

/** As `optionsOf`, without what is no JSON: the classifiers. */
export function jsonOptionsOf(policy: Policy): Readonly<Record<string, unknown>> {
  const { isFailure: _isFailure, ignore: _ignore, ...rest } = optionsOf(policy)
  return rest
}

/**
 * The policy with some of its settings changed; what `changes` leaves out stays as it is.
 * @throws PolicyError (`INVALID_POLICY`)
 */
export function changedPolicy(policy: Policy, changes: PolicyOptions): Policy {
  return resolvePolicy(changes, policy)
}

function rateOptions({ threshold, minimumCalls, window }: RateRule) {
  return { threshold, minimumCalls, window: windowOptions(window) }
}

function windowOptions(window: WindowSize) {
  return 'calls' in window ? { calls: window.calls } : { time: window.timeMs, buckets: window.buckets }
}
