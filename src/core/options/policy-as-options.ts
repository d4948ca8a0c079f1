// PolicyAsOptions: a resolved policy written as options again.
import type { Policy, PolicyOptions, RateRule, RecoveryRamp, WindowSize } from '../../index.ts'

/** Options that resolve to this very policy, whatever policy they are applied over; functions included. */
export function policyOptionsOf(policy: Policy): PolicyOptions {
  const {
    failureWindowMs,
    openTimeoutMs,
    probeTimeoutMs,
    timeoutMs,
    failureRate,
    slowCalls,
    backoff,
    recoveryRamp,
    ...same
  } = policy
  return {
    ...same,
    failureWindow: failureWindowMs,
    failureRate: failureRate && rateOptions(failureRate),
    slowCalls: slowCalls && { slowerThan: slowCalls.slowerThanMs, ...rateOptions(slowCalls) },
    openTimeout: openTimeoutMs,
    backoff: backoff && { factor: backoff.factor, max: backoff.maxMs, jitter: backoff.jitter },
    recoveryRamp: recoveryRamp && rampOptions(recoveryRamp),
    probeTimeout: probeTimeoutMs,
    timeout: timeoutMs,
  }
}

function rateOptions({ threshold, minimumCalls, window }: RateRule) {
  return { threshold, minimumCalls, window: windowOptions(window) }
}

function rampOptions({ durationMs, from, steps }: RecoveryRamp) {
  return steps === null ? { duration: durationMs, from } : { duration: durationMs, from, steps }
}

function windowOptions(window: WindowSize) {
  return 'calls' in window ? { calls: window.calls } : { time: window.timeMs, buckets: window.buckets }
}
