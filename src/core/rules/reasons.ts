// Reasons: why a breaker is in its state, with the figures that decided; and each in words. Those of the triggers are theirs.
import { type CommandReason, wordsOfCommand } from './commands.ts'
import { counted, percent } from './figures.ts'
import { printable } from './printable.ts'
import { TRIGGER_REASONS, type TriggerReason } from './triggers/index.ts'

/** What a fleet of processes has decided; `decision` is the type of its own reason. */
interface FleetReason {
  readonly type: 'fleet'
  readonly decision: string
  readonly rate: number
  readonly calls: number
  readonly reporters: number
  readonly version: number
  readonly message: string
}

/** Why a breaker entered its state, with the figures that decided. */
export type Reason =
  | TriggerReason
  | { readonly type: 'probeFailures'; readonly failures: number; readonly threshold: number }
  | { readonly type: 'probeSuccesses'; readonly successes: number; readonly threshold: number }
  | { readonly type: 'rampEnded'; readonly durationMs: number }
  | { readonly type: 'openTimeElapsed' }
  | CommandReason
  | FleetReason
  | { readonly type: 'escalated'; readonly restarts: number; readonly withinMs: number }

type Words = {
  readonly [T in Exclude<Reason, CommandReason>['type']]: (reason: Extract<Reason, { readonly type: T }>) => string
}
const WORDS = {
  ...TRIGGER_REASONS,
  probeFailures: ({ failures, threshold }) => `${failures} failed while half-open (threshold ${threshold})`,
  probeSuccesses: ({ successes, threshold }) => `${successes} succeeded while half-open (threshold ${threshold})`,
  rampEnded: ({ durationMs }) => `its recovery ramp of ${durationMs} ms has ended`,
  openTimeElapsed: () => 'the open time has passed',
  fleet: (reason) => `the fleet: ${describeFleet(reason)} (version ${reason.version})`,
  escalated: ({ restarts, withinMs }) => `its actor crashed more than ${restarts} times within ${withinMs} ms`,
} satisfies Words as Readonly<Record<string, ((reason: Reason) => string) | undefined>>

/** The reason in words, for messages and logs. */
export function describeReason(reason: Reason): string {
  const words = Object.hasOwn(WORDS, reason.type) ? WORDS[reason.type] : undefined
  return words?.(reason) ?? describeCommand(reason as CommandReason)
}

function describeCommand(reason: CommandReason): string {
  const words = wordsOfCommand(reason.type)
  return 'message' in reason ? `${words}: ${printable(reason.message)}` : words
}

function describeFleet({ decision, rate, calls, reporters, message }: FleetReason): string {
  if (message !== '') return `${decision}: ${printable(message)}`
  if (calls === 0) return decision
  const what = decision === 'slowCallRate' ? 'slow calls' : 'failures'
  const by = reporters === 1 ? '1 process' : `${reporters} processes`
  return `${percent(rate)} ${what} over ${counted(calls, 'call')}, seen by ${by}`
}
