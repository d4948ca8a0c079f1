// ExplainPolicy: each setting of a policy, with its value and with what it means for this very policy.
import type { Backoff, Policy, RateRule, RecoveryRamp, WindowSize } from '../../index.ts'
import { checkPolicy } from './check-policy.ts'
import { count, length, percent } from './lengths.ts'

/** One setting of a policy in words. */
export interface ExplainedSetting {
  /** The option as users write it: `'openTimeout'`, not `'openTimeoutMs'`. */
  readonly setting: string
  /** What it is set to, as in `'30 s'`, `'50 % of the last 100 calls'` or `'none'`; a default is told no differently. */
  readonly value: string
  /** What that means, as one sentence; it names the figures of the other settings that it works with. */
  readonly meaning: string
}

const NONE = 'none'

type Told = readonly [value: string, meaning: string]

/**
 * Every setting of a resolved policy (`resolvePolicy`, `breaker.policy`) in words, in the order of the table in
 * docs/policy.md. For people: the texts may change between versions.
 *
 * ```ts
 * for (const { setting, value, meaning } of explainPolicy(breaker.policy)) console.log(setting, value, meaning)
 * ```
 * @throws ArgumentError (`INVALID_ARGUMENT`) for what is no resolved policy
 */
export function explainPolicy(policy: Policy): ExplainedSetting[] {
  checkPolicy('explainPolicy(policy)', policy)
  const settings: Record<string, Told> = {
    failureThreshold: failureThreshold(policy),
    counting: counting(policy),
    failureWindow: failureWindow(policy),
    failureRate: failureRate(policy.failureRate),
    slowCalls: slowCalls(policy),
    openTimeout: [
      length(policy.openTimeoutMs),
      `Open, it rejects calls for ${length(policy.openTimeoutMs)}; then it probes.`,
    ],
    openTimeoutFrom: openTimeoutFrom(policy),
    backoff: backoff(policy.backoff, policy.openTimeoutMs),
    probes: probes(policy),
    halfOpenMaxCalls: halfOpenMaxCalls(policy),
    successThreshold: successThreshold(policy),
    halfOpenFailureThreshold: halfOpenFailureThreshold(policy),
    recoveryRamp: recoveryRamp(policy.recoveryRamp),
    probeTimeout: probeTimeout(policy),
    timeout: timeout(policy.timeoutMs),
    maxConcurrent: maxConcurrent(policy),
    maxQueued: maxQueued(policy),
    isFailure: isFailure(policy),
    ignore: ignore(policy),
    refusals:
      policy.refusals === 'ignore'
        ? ['ignore', 'What a breaker inside the call refuses counts neither way: it proves nothing.']
        : ['judge', 'What a breaker inside the call refuses is judged as any other error.'],
    latencySampling: latencySampling(policy),
    captureStack: policy.captureStack
      ? ['yes', 'A rejection has a stack that shows who called; it takes a few µs more.']
      : ['no', 'A rejection has no stack, which makes it cheap.'],
  }
  return Object.entries(settings).map(([setting, [value, meaning]]) => ({ setting, value, meaning }))
}

function failureThreshold({ failureThreshold: threshold, counting, failureWindowMs }: Policy): Told {
  if (threshold === null) return [NONE, 'No number of failures opens it; only a rate, or an operator.']
  const failures = count(threshold, 'failure')
  if (failureWindowMs !== null) return [String(threshold), `${failures} within ${length(failureWindowMs)} open it.`]
  if (counting === 'cumulative') return [String(threshold), `${failures} since it last closed open it.`]
  if (threshold === 1) return ['1', 'The first failure opens it.']
  return [String(threshold), `${failures} in a row open it.`]
}

function counting({ counting: how, failureThreshold: threshold }: Policy): Told {
  if (threshold === null) return [how, 'Nothing, as failures are not counted.']
  return how === 'consecutive'
    ? [how, 'A success clears the count of failures.']
    : [how, 'A success does not clear the count of failures; it starts over when the breaker closes.']
}

function failureWindow({ failureWindowMs: ms }: Policy): Told {
  if (ms === null) return [NONE, 'A failure counts however long ago it was.']
  return [length(ms), `Only failures of the last ${length(ms)} count.`]
}

function windowInWords(window: WindowSize): string {
  return 'calls' in window
    ? `the last ${count(window.calls, 'call')}`
    : `the calls of the last ${length(window.timeMs)}`
}

function forgetting(window: WindowSize): string {
  return 'calls' in window
    ? ''
    : ` They leave it in ${count(window.buckets, 'bucket')} of ${length(window.timeMs / window.buckets)}.`
}

function rateInWords({ threshold, window }: RateRule): string {
  return `${percent(threshold)} of ${windowInWords(window)}`
}

function failureRate(rule: RateRule | null): Told {
  if (rule === null) return [NONE, 'The share of failures does not open it.']
  const least = count(rule.minimumCalls, 'call')
  return [
    rateInWords(rule),
    `Opens when ${rateInWords(rule)} failed, once there are at least ${least}.${forgetting(rule.window)}`,
  ]
}

function slowCalls({ slowCalls: rule }: Policy): Told {
  if (rule === null) return [NONE, 'Slow calls do not open it, as long as they succeed.']
  const slow = length(rule.slowerThanMs)
  const least = count(rule.minimumCalls, 'call')
  return [
    `${rateInWords(rule)}, slower than ${slow}`,
    `Opens when ${rateInWords(rule)} took longer than ${slow}, whatever came of them, once there are at least ${least}.${forgetting(rule.window)}`,
  ]
}

function openTimeoutFrom({ openTimeoutFrom: from }: Policy): Told {
  return from === 'opened'
    ? [from, 'The open time runs from the moment it opened.']
    : [from, 'A failure that is reported while it is open starts the open time again.']
}

function backoff(rule: Backoff | null, openTimeoutMs: number): Told {
  if (rule === null) return [NONE, 'Each opening lasts as long as the first.']
  const { factor, maxMs, jitter } = rule
  const times = [0, 1, 2].map((opening) => length(Math.min(openTimeoutMs * factor ** opening, maxMs)))
  const shorter = jitter === 0 ? '' : ` Each is up to ${percent(jitter)} shorter, at random.`
  return [
    `× ${factor}, at most ${length(maxMs)}${jitter === 0 ? '' : `, less up to ${percent(jitter)}`}`,
    `While probes fail, openings last ${times.join(', ')} and so on, at most ${length(maxMs)}.${shorter} Closing starts it over.`,
  ]
}

const NO_CALL_PROBES = 'Nothing, as no call probes.'

function probes({ probes: who }: Policy): Told {
  if (who === 'calls') return ['calls', 'Half-open, calls are admitted to probe.']
  return [
    'reports',
    'Half-open, no call is admitted; what is reported to it, by a health check say, decides. It stays half-open until then.',
  ]
}

function halfOpenMaxCalls({ halfOpenMaxCalls: calls, probes: who }: Policy): Told {
  if (who === 'reports') return [String(calls), NO_CALL_PROBES]
  const are = calls === 1 ? '1 call at a time is' : `Up to ${calls} calls at a time are`
  return [String(calls), `${are} admitted to probe; the others are rejected.`]
}

function successThreshold({ successThreshold: successes }: Policy): Told {
  const close = successes === 1 ? 'The first probe that succeeds closes' : `${successes} probes that succeed close`
  return [String(successes), `${close} it.`]
}

function halfOpenFailureThreshold({ halfOpenFailureThreshold: failures }: Policy): Told {
  const open = failures === 1 ? 'The first probe that fails opens' : `${failures} probes that fail open`
  return [String(failures), `${open} it again.`]
}

function probeTimeout({ probeTimeoutMs, probes: who }: Policy): Told {
  const time = length(probeTimeoutMs)
  if (who === 'reports') return [time, NO_CALL_PROBES]
  return [time, `A probe that has not reported after ${time} counts as failed and gives its permit back.`]
}

function recoveryRamp(ramp: RecoveryRamp | null): Told {
  if (ramp === null) return [NONE, 'Once enough probes have succeeded, every call is admitted again at once.']
  const { durationMs, from, steps } = ramp
  const how = steps === null ? 'steadily' : `in ${count(steps, 'step')}`
  return [
    `from ${percent(from)}, in ${length(durationMs)}`,
    `Once enough probes have succeeded, the share of calls that is admitted grows ${how} from ${percent(from)} to all within ${length(durationMs)}; then it closes.`,
  ]
}

function timeout(ms: number | null): Told {
  if (ms === null) return [NONE, 'A call takes as long as it takes; one that hangs is no failure until it ends.']
  return [length(ms), `A call that takes longer than ${length(ms)} is ended and has failed.`]
}

function maxConcurrent({ maxConcurrent: most, maxQueued: queue }: Policy): Told {
  if (most === null) return [NONE, 'Any number of calls may be in flight at a time.']
  const others = queue === 0 ? 'others are rejected' : 'others wait, as far as maxQueued lets them'
  return [String(most), `At most ${count(most, 'call')} may be in flight at a time; ${others}.`]
}

function maxQueued({ maxConcurrent: most, maxQueued: queue }: Policy): Told {
  if (most === null) return ['0', 'Nothing, as there is no limit to wait for.']
  if (queue === 0) return ['0', 'No call waits for another to end.']
  return [String(queue), `Up to ${count(queue, 'call')} may wait for a call to end, first come first served.`]
}

function isFailure({ isFailure: classifier }: Policy): Told {
  if (classifier === null)
    return ['what throws', 'A call fails when its function throws or rejects, or its time is up.']
  return ['your own rule', 'Your own rule says what is a failure; where it says nothing, what throws is.']
}

function ignore({ ignore: classifier }: Policy): Told {
  if (classifier === null) return [NONE, 'Only calls that their own signal called off count neither way.']
  return ['your own rule', 'What your own rule ignores counts neither way, nor does what its own signal called off.']
}

function latencySampling({ latencySampling: every }: Policy): Told {
  if (every === 0) return ['0', 'No call is timed for the latencies: p50 and p99 stay empty.']
  if (every === 1) return ['1', 'Every call is timed for the latencies.']
  return [`1 in ${every}`, `One call in ${every} is timed for the latencies.`]
}
