// PolicyChoice: which policy a name gets by a version of a file, as the registry chooses: its own, that of the first pattern
// it matches, or the default; and a policy as options that come to it whatever they are given over.
import { matchNames, type Policy, type PolicyOptions, type RateRule, resolvePolicy } from '../index.ts'
import type { CodePolicies } from './parse-policies.ts'

export type PolicyChoice = (name: string) => Policy

export function choiceOf({ policy, policies = {} }: CodePolicies): PolicyChoice {
  const fallback = resolvePolicy(policy)
  const resolved = Object.entries(policies).map(([name, options]) => [name, resolvePolicy(options, fallback)] as const)
  const isPattern = ([name]: readonly [string, Policy]) => name.includes('*')
  const exact = new Map(resolved.filter((entry) => !isPattern(entry)))
  const patterns = resolved.filter(isPattern).map(([name, policy]) => ({ matches: matchNames([name]), policy }))
  return (name) => exact.get(name) ?? patterns.find(({ matches }) => matches(name))?.policy ?? fallback
}

/** With every option, so that nothing of what they are given over is left. */
export function completeOptions(policy: Policy): PolicyOptions {
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
  const size = 'calls' in window ? { calls: window.calls } : { time: window.timeMs, buckets: window.buckets }
  return { threshold, minimumCalls, window: size }
}
