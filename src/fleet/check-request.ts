// Requests that no store could carry out are refused before they are sent, by all stores in the same way.

import { checkCount, checkOptions } from '../core/options/index.ts'
import { ArgumentError } from '../index.ts'
import { checkSafeName } from './names.ts'
import { packRules } from './rules.ts'
import {
  FLEET_COMMANDS,
  type FleetCommand,
  type FleetEntry,
  type FleetMember,
  type FleetReport,
  type ProbeResult,
} from './store.ts'

const LIVE_FOR_MS = 5_000
/** As deep as a window is counted exactly, in a store whose numbers are text. */
const MOST_CALLS = 1e9

/** A process and its fleet, with defaults. */
export interface CheckedMember {
  /** The name of the fleet. */
  readonly namespace: string
  /** The name of the process. */
  readonly instance: string
  /** How long the process counts as alive after a poll, in ms. */
  readonly liveForMs: number
}

/**
 * The argument of `join`, checked, with the default of `liveForMs`.
 * @throws ArgumentError (`INVALID_ARGUMENT`)
 */
export function checkMember(member: FleetMember): CheckedMember {
  checkOptions('join(member)', member, ['namespace', 'instance', 'liveForMs'])
  return {
    namespace: checkSafeName('namespace', member.namespace),
    instance: checkSafeName('instance', member.instance),
    liveForMs: checkCount('liveForMs', member.liveForMs, LIVE_FOR_MS),
  }
}

/**
 * Checks that an entry has an endpoint, and rules that make sense.
 * @throws ArgumentError (`INVALID_ARGUMENT`)
 */
export function checkEntry(entry: FleetEntry): void {
  if (typeof entry?.endpoint !== 'string') throw new ArgumentError('entry.endpoint', 'a string', entry?.endpoint)
  packRules(entry.rules)
}

/**
 * Checks that a report has an entry, and counts that make sense.
 * @throws ArgumentError (`INVALID_ARGUMENT`)
 */
export function checkReport(report: FleetReport): void {
  checkEntry(report)
  for (const name of ['calls', 'failures', 'slow'] as const) {
    const count = report[name]
    const most = name === 'calls' ? MOST_CALLS : report.calls
    if (!Number.isSafeInteger(count) || count < 0 || count > most) {
      throw new ArgumentError(`report.${name}`, `a whole number from 0 to ${most}`, count)
    }
  }
}

/**
 * Checks that it is a command, with a time and a message that make sense.
 * @throws ArgumentError (`INVALID_ARGUMENT`)
 */
export function checkCommand(command: FleetCommand): void {
  checkOptions('command', command, ['type', 'openForMs', 'message'])
  if (!FLEET_COMMANDS.includes(command.type)) {
    throw new ArgumentError('command.type', FLEET_COMMANDS.join(', '), command.type)
  }
  checkCount('command.openForMs', command.openForMs, 1)
  if (command.message !== undefined && typeof command.message !== 'string') {
    throw new ArgumentError('command.message', 'a string', command.message)
  }
}

/**
 * Checks that it is the result of a probe, for an entry that makes sense.
 * @throws ArgumentError (`INVALID_ARGUMENT`)
 */
export function checkResult(entry: FleetEntry, result: ProbeResult): void {
  checkEntry(entry)
  const { version, token } = Object(result) as ProbeResult
  checkSafeName('result.token', token)
  if (!Number.isSafeInteger(version)) throw new ArgumentError('result.version', 'a whole number', version)
}
