// Triggers: the texts of what opens a breaker.
import type { EvidenceReport, RateRule, WindowSize } from '../../../index.ts'
import { count, length, percent } from './lengths.ts'
import { NONE, type TextsOf } from './text.ts'

const RATE = {
  threshold: { about: 'The share that opens, above 0 and at most 1.', members: null },
  minimumCalls: { about: 'Fewer calls prove nothing.', otherwise: '10, or as many as the window holds', members: null },
  window: {
    about: 'Which calls the share is taken over: so many calls, or those of a time.',
    members: {
      calls: { about: 'The last so many calls.', otherwise: 'this or `time`', members: null },
      time: { about: 'The calls of the last so long.', otherwise: 'this or `calls`', members: null },
      buckets: { about: 'In how many buckets calls leave a window of time.', otherwise: '10', members: null },
    },
  },
} as const

export const TRIGGER_TEXTS: TextsOf<'failureThreshold' | 'counting' | 'failureWindow' | 'failureRate' | 'slowCalls'> = {
  failureThreshold: {
    about: 'How many failures open the breaker.',
    when: 'Lower it where a failure is costly or calls are rare; `null` where only a rate shall open.',
    members: null,
    explain({ failureThreshold: threshold, counting, failureWindowMs }) {
      if (threshold === null) return [NONE, 'No number of failures opens it; only a rate, or an operator.']
      const failures = count(threshold, 'failure')
      if (failureWindowMs !== null) return [String(threshold), `${failures} within ${length(failureWindowMs)} open it.`]
      if (counting === 'cumulative') return [String(threshold), `${failures} since it last closed open it.`]
      if (threshold === 1) return ['1', 'The first failure opens it.']
      return [String(threshold), `${failures} in a row open it.`]
    },
  },
  counting: {
    about: "Whether a success clears the count of failures (`'consecutive'`) or not (`'cumulative'`).",
    when: "`'cumulative'` for endpoints that are expected never to fail.",
    members: null,
    explain({ counting: how, failureThreshold: threshold }) {
      if (threshold === null) return [how, 'Nothing, as failures are not counted.']
      return how === 'consecutive'
        ? [how, 'A success clears the count of failures.']
        : [how, 'A success does not clear the count of failures; it starts over when the breaker closes.']
    },
  },
  failureWindow: {
    about: 'Only failures this recent count for `failureThreshold`.',
    when: 'Set it where calls are rare.',
    members: null,
    explain({ failureWindowMs: ms }) {
      if (ms === null) return [NONE, 'A failure counts however long ago it was.']
      return [length(ms), `Only failures of the last ${length(ms)} count.`]
    },
  },
  failureRate: {
    about: "Opens when this share of the window's calls failed.",
    when: 'For busy endpoints, where a few failures in a row are noise.',
    members: RATE,
    explain({ failureRate: rule }) {
      if (rule === null) return [NONE, 'The share of failures does not open it.']
      const rate = rateInWords(rule)
      return [rate, `Opens when ${rate} failed, ${onceThereAre(rule)}.${forgetting(rule.window)}`]
    },
  },
  slowCalls: {
    about: "Opens when this share of the window's calls took longer than `slowerThan`, whatever their outcome.",
    when: 'For services that get slow before they fail, or hang: a call counts as soon as it is slow, before it ends.',
    members: { slowerThan: { about: 'A call that takes longer is slow.', members: null }, ...RATE },
    explain({ slowCalls: rule }) {
      if (rule === null) return [NONE, 'Slow calls do not open it, as long as they succeed.']
      const rate = rateInWords(rule)
      const slow = length(rule.slowerThanMs)
      return [
        `${rate}, slower than ${slow}`,
        `Opens when ${rate} took longer than ${slow}, whatever their outcome, ${onceThereAre(rule)}.${forgetting(rule.window)}`,
      ]
    },
  },
}

/** How the evidence of each trigger is headed, and what calls did that speak against the endpoint. */
export const TRIGGER_TITLES: {
  readonly [N in keyof EvidenceReport]: { readonly title: string; readonly did: string }
} = {
  failures: { title: 'Failures', did: 'failed' },
  failureRate: { title: 'Failure rate', did: 'failed' },
  slowCalls: { title: 'Slow calls', did: 'slow' },
}

function rateInWords({ threshold, window }: RateRule): string {
  return `${percent(threshold)} of ${windowInWords(window)}`
}

function windowInWords(window: WindowSize): string {
  return 'calls' in window
    ? `the last ${count(window.calls, 'call')}`
    : `the calls of the last ${length(window.timeMs)}`
}

function onceThereAre({ minimumCalls }: RateRule): string {
  return `once there are at least ${count(minimumCalls, 'call')}`
}

function forgetting(window: WindowSize): string {
  if ('calls' in window) return ''
  return ` They leave it in ${count(window.buckets, 'bucket')} of ${length(window.timeMs / window.buckets)}.`
}
