// Calls: the texts of options about single calls.
import { count, length } from './lengths.ts'
import { NONE, type TextsOf } from './text.ts'

export const CALL_TEXTS: TextsOf<
  'timeout' | 'maxConcurrent' | 'maxQueued' | 'isFailure' | 'ignore' | 'refusals' | 'latencySampling' | 'captureStack'
> = {
  timeout: {
    about:
      'How long a call may take before it fails, unless it has [a timeout of its own](calls.md#options-of-a-call).',
    when: 'Set it wherever the function has no limit of its own.',
    members: null,
    explain({ timeoutMs: ms }) {
      if (ms === null) return [NONE, 'A call takes as long as it takes; one that hangs is no failure until it ends.']
      return [length(ms), `A call that takes longer than ${length(ms)} is ended and has failed.`]
    },
  },
  maxConcurrent: {
    about: 'How many calls may be in flight at a time.',
    when: 'Set it, with a `timeout`, where an endpoint that hangs must not take all of what calls share.',
    see: 'a-limit-of-concurrent-calls',
    members: null,
    explain({ maxConcurrent: most, maxQueued: queue }) {
      if (most === null) return [NONE, 'Any number of calls may be in flight at a time.']
      const others = queue === 0 ? 'others are rejected' : 'others wait, as far as maxQueued lets them'
      return [String(most), `At most ${count(most, 'call')} may be in flight at a time; ${others}.`]
    },
  },
  maxQueued: {
    about: 'How many calls may wait for one of `maxConcurrent` to end.',
    when: 'Few: a long queue is a slow answer.',
    see: 'a-limit-of-concurrent-calls',
    members: null,
    explain({ maxConcurrent: most, maxQueued: queue }) {
      if (most === null) return ['0', 'Nothing, as there is no limit to wait for.']
      if (queue === 0) return ['0', 'No call waits for another to end.']
      return [String(queue), `Up to ${count(queue, 'call')} may wait for a call to end, first come first served.`]
    },
  },
  isFailure: {
    about: 'What is a failure.',
    when: 'Set it where that is not "it threw".',
    see: 'what-is-a-failure',
    members: null,
    explain({ isFailure: classifier }) {
      if (classifier === null)
        return ['what throws', 'A call fails when its function throws or rejects, or its time is up.']
      return ['your own rule', 'Your own rule says what is a failure; where it says nothing, what throws is.']
    },
  },
  ignore: {
    about: 'Which outcomes count neither way; asked before `isFailure`.',
    when: 'Set it for outcomes that prove nothing.',
    see: 'what-is-a-failure',
    members: null,
    explain({ ignore: classifier }) {
      if (classifier === null) return [NONE, 'Only calls that their own signal called off count neither way.']
      return [
        'your own rule',
        'What your own rule ignores counts neither way, nor does what its own signal called off.',
      ]
    },
  },
  refusals: {
    about:
      "What refusals of breakers inside the call count as: neither way (`'ignore'`), or as any other error (`'judge'`).",
    when: "`'judge'` where they tell something of this endpoint.",
    see: 'refusals-prove-nothing',
    members: null,
    explain: ({ refusals }) =>
      refusals === 'ignore'
        ? ['ignore', 'What a breaker inside the call refuses counts neither way: it proves nothing.']
        : ['judge', 'What a breaker inside the call refuses is judged as any other error.'],
  },
  latencySampling: {
    about: 'One call in so many is timed for `stats().latency`: `1` every call, `0` none.',
    when: 'Lower costs two clock reads more often.',
    members: null,
    explain({ latencySampling: every }) {
      if (every === 0) return ['0', 'No call is timed for the latencies: p50 and p99 stay empty.']
      if (every === 1) return ['1', 'Every call is timed for the latencies.']
      return [`1 in ${every}`, `One call in ${every} is timed for the latencies.`]
    },
  },
  captureStack: {
    about: 'Whether rejections have a stack.',
    when: '`true` to find out who calls; it takes a few µs more.',
    members: null,
    explain: ({ captureStack }) =>
      captureStack
        ? ['yes', 'A rejection has a stack that shows who called; it takes a few µs more.']
        : ['no', 'A rejection has no stack, which makes it cheap.'],
  },
}
