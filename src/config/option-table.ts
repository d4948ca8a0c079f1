// OptionTable: what a policy in a file may hold: the options of the core, and other spellings of some.
import { OPTION_KINDS, type OptionTable } from '../core/options/option-kinds.ts'

export type { Kind, OptionKind, OptionTable } from '../core/options/option-kinds.ts'

/** No file can hold a function. */
export const FUNCTIONS: readonly string[] = Object.keys(OPTION_KINDS).filter(
  (name) => OPTION_KINDS[name]?.kind === 'function',
)

export const OPTIONS: OptionTable = Object.fromEntries(
  Object.entries(OPTION_KINDS).filter(([name]) => !FUNCTIONS.includes(name)),
)

/** What only files have: other names of options, and the members of a failure rate one by one. */
export const FILE_OPTIONS = {
  callTimeout: { kind: 'duration', nullable: true },
  failureRateThreshold: { kind: 'share', nullable: true },
  minimumCalls: { kind: 'count' },
  windowType: { kind: { oneOf: ['timeBased', 'countBased'] } },
  windowDuration: { kind: 'duration' },
  windowSize: { kind: 'slots' },
} as const satisfies OptionTable

export const ALL_OPTIONS: OptionTable = { ...OPTIONS, ...FILE_OPTIONS }
