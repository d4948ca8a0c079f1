// Recovery: the texts of how long a breaker stays open, and of how it comes back.
import { count, length, percent } from './lengths.ts'
import { NONE, type TextsOf } from './text.ts'

const NO_CALL_PROBES = 'Nothing, as no call probes.'

export const RECOVERY_TEXTS: TextsOf<
  | 'openTimeout'
  | 'openTimeoutFrom'
  | 'backoff'
  | 'probes'
  | 'halfOpenMaxCalls'
  | 'successThreshold'
  | 'halfOpenFailureThreshold'
  | 'recoveryRamp'
  | 'probeTimeout'
> = {
  openTimeout: {
    about: 'How long it stays open before it probes.',
    when: 'As long as the service usually takes to recover.',
    members: null,
    explain({ openTimeoutMs }) {
      const time = length(openTimeoutMs)
      return [time, `Open, it rejects calls for ${time}; then it probes.`]
    },
  },
  openTimeoutFrom: {
    about:
      "What the open time runs from: the opening (`'opened'`), or the last failure reported since (`'lastFailure'`), also after a `trip` for a time of its own.",
    when: "`'lastFailure'` where failures are still reported while it is open, and show that it is not over.",
    members: null,
    explain({ openTimeoutFrom: from }) {
      return from === 'opened'
        ? [from, 'The open time runs from the moment it opened.']
        : [from, 'A failure that is reported while it is open starts the open time again.']
    },
  },
  backoff: {
    about: 'Lets each opening in a row last `factor` times as long, up to `max`.',
    when: 'For outages that last.',
    see: 'how-it-comes-back',
    members: {
      factor: { about: 'What each open time in a row is multiplied by, at least 1.', members: null },
      max: { about: 'The longest open time; at least `openTimeout`.', members: null },
      jitter: { about: 'By which share, from 0 to 1, it may be shorter at random.', members: null },
    },
    explain({ backoff: rule, openTimeoutMs }) {
      if (rule === null) return [NONE, 'Each opening lasts as long as the first.']
      const { factor, maxMs, jitter } = rule
      const times = [0, 1, 2].map((opening) => length(Math.min(openTimeoutMs * factor ** opening, maxMs)))
      const shorter = jitter === 0 ? '' : ` Each is up to ${percent(jitter)} shorter, at random.`
      return [
        `× ${factor}, at most ${length(maxMs)}${jitter === 0 ? '' : `, less up to ${percent(jitter)}`}`,
        `While probes fail, openings last ${times.join(', ')} and so on, at most ${length(maxMs)}.${shorter} Closing starts it over.`,
      ]
    },
  },
  probes: {
    about: "Who probes while half-open: calls (`'calls'`), or only `recordSuccess` and `recordFailure` (`'reports'`).",
    when: "`'reports'` where a health check decides, so that no call is risked.",
    see: 'how-it-comes-back',
    members: null,
    explain({ probes: who }) {
      if (who === 'calls') return ['calls', 'Half-open, calls are admitted to probe.']
      return [
        'reports',
        'Half-open, no call is admitted; what is reported to it, by a health check say, decides. It stays half-open until then.',
      ]
    },
  },
  halfOpenMaxCalls: {
    about: 'How many probes may be in flight at a time while half-open.',
    when: 'Raise it with `successThreshold`, to decide sooner.',
    members: null,
    explain({ halfOpenMaxCalls: calls, probes: who }) {
      if (who === 'reports') return [String(calls), NO_CALL_PROBES]
      const are = calls === 1 ? '1 call at a time is' : `Up to ${calls} calls at a time are`
      return [String(calls), `${are} admitted to probe; the others are rejected.`]
    },
  },
  successThreshold: {
    about: 'How many probes must succeed to close.',
    when: 'Raise it where a single good answer proves little.',
    members: null,
    explain({ successThreshold: successes }) {
      const close = successes === 1 ? 'The first probe that succeeds closes' : `${successes} probes that succeed close`
      return [String(successes), `${close} it.`]
    },
  },
  halfOpenFailureThreshold: {
    about: 'How many probes must fail to open again.',
    when: 'Raise it where a few calls always fail, and for a ramp of a busy endpoint.',
    members: null,
    explain({ halfOpenFailureThreshold: failures }) {
      const open = failures === 1 ? 'The first probe that fails opens' : `${failures} probes that fail open`
      return [String(failures), `${open} it again.`]
    },
  },
  recoveryRamp: {
    about: 'After half-open, admits a growing share of calls before it closes.',
    when: 'For services that a sudden return of all callers would bring down again.',
    see: 'how-it-comes-back',
    members: {
      duration: { about: 'How long it takes until every call is admitted again.', members: null },
      from: { about: 'The share of calls admitted at the start, above 0 and at most 1.', members: null },
      steps: { about: 'In how many equal steps the share grows.', otherwise: 'steadily', members: null },
    },
    explain({ recoveryRamp: ramp }) {
      if (ramp === null) return [NONE, 'Once enough probes have succeeded, every call is admitted again at once.']
      const { durationMs, from, steps } = ramp
      const how = steps === null ? 'steadily' : `in ${count(steps, 'step')}`
      return [
        `from ${percent(from)}, in ${length(durationMs)}`,
        `Once enough probes have succeeded, the share of calls that is admitted grows ${how} from ${percent(from)} to all within ${length(durationMs)}; then it closes.`,
      ]
    },
  },
  probeTimeout: {
    about: 'How long a probe may keep its permit before it counts as a failure.',
    when: 'Longer than your slowest good call.',
    members: null,
    explain({ probeTimeoutMs, probes: who }) {
      const time = length(probeTimeoutMs)
      if (who === 'reports') return [time, NO_CALL_PROBES]
      return [time, `A probe that has not reported after ${time} counts as failed and gives its permit back.`]
    },
  },
}
