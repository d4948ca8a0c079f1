// RecordText: a record as it is stored and sent: eleven fields in a line, bounded, and checked when it is read.
import { STATES } from '../core/rules/states.ts'
import { FLEET_REASONS, type FleetReason, type FleetRecord, HIGHEST_VERSION } from './record.ts'

/** Longer messages are cut: every process keeps them, and each poll of a change carries them. */
const LONGEST_MESSAGE = 200

const MS = '\\d{1,12}'
const RECORD = new RegExp(
  `^(${STATES.join('|')}) (\\d{1,16}) (${MS}) (${MS}) (\\d{1,9}) (${FLEET_REASONS.join('|')}) (0|1|[01]\\.\\d{1,4}) (\\d{1,15}) (\\d{1,9}) ` +
    `([A-Za-z0-9._-]{1,64}) (.{0,${2 * LONGEST_MESSAGE}})$`,
  'su',
)

/** `open 17 4000 5000 2 failureRate 0.53 120 7 host-1 message`: never longer than about 1,000 bytes. */
export function packRecord(record: FleetRecord): string {
  const { state, version, remainingMs, openMs, openings, reason, rate, calls, reporters, writer, message } = record
  const numbers = [version, Math.ceil(remainingMs), Math.ceil(openMs), openings].join(' ')
  return `${state} ${numbers} ${reason} ${roundedRate(rate)} ${calls} ${reporters} ${writer} ${boundedMessage(message)}`
}

/** The record, or `undefined` if the text is not a record. */
export function unpackRecord(text: unknown): FleetRecord | undefined {
  const fields = typeof text === 'string' ? RECORD.exec(text) : null
  if (fields === null) return undefined
  const [, state, version, remainingMs, openMs, openings, reason, rate, calls, reporters, writer = '', message = ''] =
    fields
  const record: FleetRecord = {
    state: state as FleetRecord['state'],
    version: Number(version),
    remainingMs: Number(remainingMs),
    openMs: Number(openMs),
    openings: Number(openings),
    reason: reason as FleetReason,
    rate: Number(rate),
    calls: Number(calls),
    reporters: Number(reporters),
    writer,
    message,
  }
  const isOpen = record.state === 'open'
  const isSane =
    record.version <= HIGHEST_VERSION && record.rate <= 1 && record.remainingMs <= (isOpen ? record.openMs : 0)
  return isSane ? record : undefined
}

/** Four digits: more would differ between implementations of the protocol. */
export function roundedRate(rate: number): number {
  return Math.round(rate * 10_000) / 10_000
}

/** One line of well-formed text, without what would move a terminal's cursor. */
export function boundedMessage(message: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are to be removed.
  const line = message.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ').replace(/\p{Surrogate}/gu, '\ufffd')
  return [...line].slice(0, LONGEST_MESSAGE).join('')
}
