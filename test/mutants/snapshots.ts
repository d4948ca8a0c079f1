// Mutants of the snapshot: what a registry that is restored from one takes up wrongly (src/core/runtime/snapshot.ts).
import type { Prey } from './hunt.ts'
import { backoff, failureWindow, plain, rateOverTime } from './policies.ts'

const file = 'src/core/runtime/snapshot.ts'
const failures = 'src/core/rules/triggers/failures.ts'

export const ofTheSnapshot: readonly Prey[] = [
  {
    name: 'a restored breaker waits the whole open time again',
    breaks: 'R25',
    file,
    find: 'now + from.remainingMs',
    replace: 'now + row.policy.openTimeoutMs',
    policy: plain,
  },
  {
    name: 'a restored breaker has forgotten its failures in a row',
    breaks: 'R25',
    file: failures,
    find: 'return { consecutiveFailures, failures, failureAgesMs: agesOf',
    replace: 'return { consecutiveFailures: 0, failures, failureAgesMs: agesOf',
    policy: plain,
  },
  {
    name: 'failures of before a restore look new',
    breaks: 'R25',
    file: failures,
    find: 'failureAgesMs.map((age) => now - age)',
    replace: 'failureAgesMs.map(() => now)',
    policy: { ...failureWindow, counting: 'cumulative', openTimeoutFrom: 'lastFailure' },
    // Restored 1 ms before they are too old: those that are, no snapshot tells.
    exploration: { depth: 5, steps: { commands: ['crash'], results: ['fail'], justBefore: true } },
  },
  {
    name: 'a restored breaker has lost its window of time',
    breaks: 'R25',
    file: 'src/core/rules/triggers/failure-rate.ts',
    find: 'restoreWindow(saved.failureRate, policy.failureRate, now)',
    replace: 'restoreWindow(null, policy.failureRate, now)',
    policy: rateOverTime,
  },
  {
    name: 'a restored breaker begins its backoff anew',
    breaks: 'R25',
    file,
    find: '    openings,\n    probes: [],',
    replace: '    openings: 1,\n    probes: [],',
    policy: backoff,
  },
]
