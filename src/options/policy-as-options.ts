// PolicyAsOptions: a resolved policy written as options again.
import type { Policy, PolicyOptions, RateRule, WindowSize } from '../index.ts'

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

function rateOptions({ threshold, minimumCalls, window }: RateRule) {
  return { threshold, minimumCalls, window: windowOptions(window) }
}

function windowOptions(window: WindowSize) {
  return 'calls' in window ? { calls: window.calls } : { time: window.timeMs, buckets: window.buckets }
}
