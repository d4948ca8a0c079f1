// Mutants of the way of a call through a row: admission, permits, the plain and the timed path, and what an outcome does.
import type { Prey } from './hunt.ts'
import { failureWindow, fromLastFailure, plain, rateOfCalls, twoProbes } from './policies.ts'

const admission = 'src/core/runtime/admission.ts'
const call = 'src/core/runtime/call.ts'
const publish = 'src/core/runtime/publish.ts'
const row = 'src/core/runtime/row.ts'
const settle = 'src/core/runtime/settle.ts'

export const ofTheCalls: readonly Prey[] = [
  {
    name: 'a stalled event loop starves the probe',
    breaks: 'R05',
    file: admission,
    find: '  catchUp(row, now)\n  return now',
    replace: '  return now',
    policy: plain,
  },
  {
    name: 'a result does not wait for what was due before it',
    breaks: 'R07',
    file: settle,
    find: '} = caughtUp(row)',
    replace: '} = row',
    policy: plain,
    exploration: { depth: 5, steps: { commands: ['trip'], results: ['succeed'] } },
  },
  {
    name: 'a late result is counted as if it were not',
    breaks: 'R06',
    file: settle,
    find: '    extrasOf(row).late++\n',
    replace: '    addOutcome(row, result, durationMs, isSlow)\n',
    policy: plain,
  },
  {
    name: 'a rejected call is not counted',
    breaks: 'R02',
    file: 'src/core/runtime/rejection.ts',
    find: '  extrasOf(row).rejected++\n',
    replace: '',
    policy: plain,
  },
  {
    name: 'all probes have one number',
    breaks: 'R03',
    file: admission,
    find: 'const call = ++extrasOf(row).lastProbe',
    replace: 'const call = extrasOf(row).lastProbe + 1',
    policy: twoProbes,
  },
  {
    name: 'a failure reported while open is kept from the actor',
    breaks: 'R12',
    file: settle,
    find: "const prolongs = state === 'open' &&",
    replace: "const prolongs = state === 'closed' &&",
    policy: fromLastFailure,
  },
  {
    name: 'a permit counts each time that it is reported to',
    breaks: 'R03',
    file: 'src/core/runtime/permit.ts',
    find: 'if (this.#settled) return result',
    replace: '',
    policy: plain,
  },
  {
    name: 'the handlers of a plain call do not look whether it is late',
    breaks: 'R06',
    file: call,
    find: 'row.generation === generation && row.path',
    replace: 'row.path',
    policy: plain,
  },
  {
    name: 'a call whose time is taken folds its success, however late',
    breaks: 'R06',
    file: 'src/core/runtime/timed-call.ts',
    find: "if (row.generation === generation && row.path !== 'full') foldSuccess",
    replace: "if (row.path !== 'full') foldSuccess",
    policy: rateOfCalls,
  },
  {
    name: 'the calls of a new current have the handlers of the old',
    breaks: 'R06',
    file: row,
    find: '  row.onValue = null\n  row.onError = null\n',
    replace: '',
    policy: plain,
  },
  {
    name: 'calls go on as they did while closed, whatever the actor decides',
    breaks: 'R02',
    file: publish,
    find: '  choosePath(row)\n  // To be given',
    replace: '  // To be given',
    policy: plain,
  },
  {
    name: 'calls of a deleted breaker go on as if it were there',
    breaks: 'R22',
    file: publish,
    find: '  choosePath(row)\n}\n\n/** What the errors',
    replace: "  row.path = 'timed'\n}\n\n/** What the errors",
    policy: plain,
  },
  {
    name: 'a plain success clears no failures in the window',
    breaks: 'R12',
    file: call,
    find: '      addSuccess(row, row.policy, 0, 0)\n',
    replace: '',
    policy: failureWindow,
  },
]
