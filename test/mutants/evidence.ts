// Mutants of the evidence and of the triggers that judge it (src/core/rules/triggers/, src/core/rules/window.ts).
import type { Prey } from './hunt.ts'
import { cumulative, failureWindow, plain, rateOfCalls, rateOverTime, slowCalls } from './policies.ts'

const failures = 'src/core/rules/triggers/failures.ts'
const slow = 'src/core/rules/triggers/slow-calls.ts'
const rates = 'src/core/rules/triggers/rates.ts'
const window = 'src/core/rules/window.ts'

export const ofTheEvidence: readonly Prey[] = [
  {
    name: 'slow calls are not counted in their window',
    breaks: 'R12',
    file: slow,
    find: 'durationMs > policy.slowCalls.slowerThanMs',
    replace: 'false',
    policy: slowCalls,
  },
  {
    name: 'a call is slow 1 ms too late',
    breaks: 'R12',
    file: 'src/core/runtime/in-flight.ts',
    find: 'const TICK_MS = 1',
    replace: 'const TICK_MS = 2',
    policy: slowCalls,
  },
  {
    name: 'a success does not clear the failures in a row',
    breaks: 'R12',
    file: failures,
    find: '  evidence.consecutiveFailures = 0\n',
    replace: '',
    policy: plain,
  },
  {
    name: 'a success does not clear the failures in the window',
    breaks: 'R12',
    file: failures,
    find: "if (policy.failureWindowMs !== null && policy.counting === 'consecutive') clearTimes(evidence)",
    replace: '',
    policy: failureWindow,
  },
  {
    name: 'the newest failure is overwritten in place of the oldest',
    breaks: 'R13',
    file: failures,
    find: 'evidence.oldestFailure = (evidence.oldestFailure + 1) % capacity',
    replace: 'evidence.oldestFailure = 0',
    policy: { ...failureWindow, counting: 'cumulative', openTimeoutFrom: 'lastFailure' },
    exploration: { depth: 5, steps: { commands: [] } },
  },
  {
    name: 'one failure in a row too many is needed to open',
    breaks: 'R12',
    file: failures,
    find: 'return evidence.consecutiveFailures >= threshold',
    replace: 'return evidence.consecutiveFailures > threshold',
    policy: plain,
  },
  {
    name: 'one failure in all too many is needed to open',
    breaks: 'R12',
    file: failures,
    find: 'return evidence.failures >= threshold',
    replace: 'return evidence.failures > threshold',
    policy: cumulative,
  },
  {
    name: 'a failure exactly one window old still counts',
    breaks: 'R12',
    file: failures,
    find: 'now >= oldest + windowMs',
    replace: 'now > oldest + windowMs',
    policy: failureWindow,
  },
  {
    name: 'failures never grow too old for their window',
    breaks: 'R13',
    file: failures,
    find: 'oldest === undefined || now >= oldest + windowMs',
    replace: 'oldest === undefined',
    policy: failureWindow,
  },
  {
    name: 'the failure rate needs one call more than its minimum',
    breaks: 'R12',
    file: rates,
    find: 'calls >= minimumCalls',
    replace: 'calls > minimumCalls',
    policy: rateOfCalls,
  },
  {
    name: 'a failure rate exactly at its threshold does not open',
    breaks: 'R12',
    file: rates,
    find: 'marked / calls >= threshold',
    replace: 'marked / calls > threshold',
    policy: rateOfCalls,
  },
  {
    name: 'a window of time never expires',
    breaks: 'R13',
    file: window,
    find: "if ('calls' in size || now < window.endsAt) return",
    replace: "if ('calls' in size || now < window.endsAt * 1e9) return",
    policy: rateOverTime,
  },
  {
    name: 'a window of time keeps one bucket too long',
    breaks: 'R13',
    file: window,
    find: 'const passed = Math.min(newest - window.position, length)',
    replace: 'const passed = Math.min(newest - window.position - 1, length)',
    policy: rateOverTime,
  },
  {
    name: 'a window of calls forgets no call',
    breaks: 'R13',
    file: window,
    find: 'if (window.calls < capacity) window.calls++',
    replace: 'window.calls++',
    policy: rateOfCalls,
  },
]
