// OutcomeEvents: tells what single calls came to, to those who listen.
import { isTimeout } from '../edge/timeout-error.ts'
import { callChannel } from './channels.ts'
import type { Result } from './classify.ts'
import type { CallOutcome } from './events.ts'
import { extrasOf, type Row } from './row.ts'

/** A message of the channel `switchgear:call`. */
export interface CallMessage {
  /** The name of the breaker. */
  readonly endpoint: string
  /** Number of its generation in a state. */
  readonly generation: number
  /** How the call counted. */
  readonly outcome: CallOutcome | 'rejected' | 'limited' | 'late' | 'nested'
  /** What it came to, of one that is `late` or `nested`; absent of any other. */
  readonly result?: CallOutcome
  /** The generation that it was admitted in, of one that is `late`; absent of any other. */
  readonly admittedIn?: number
  /** When, in ms of the registry's clock. */
  readonly at: number
  /** How long it took, in ms; absent where nobody measured it. */
  readonly durationMs?: number
}

/** Tells of a call that has counted. `durationMs` is NaN where nobody measured it. */
export function tellOutcome(row: Row, result: Result, durationMs: number, at: number, error: unknown): void {
  const { core, name: endpoint, generation } = row
  const outcome = outcomeOf(result, error)
  if (core.dispatcher.hears(outcome, endpoint)) {
    const event = { endpoint, generation, at, ...measured(durationMs) }
    if (outcome === 'failure' || outcome === 'timeout') core.dispatcher.post(outcome, { ...event, error })
    else core.dispatcher.post(outcome, event)
  }
  publishCall(row, { outcome, at, ...measured(durationMs) })
}

/** Tells of a call that came after its generation had ended. `at` is NaN where nobody has looked at the clock yet. */
export function tellLate(
  row: Row,
  result: Result,
  admittedIn: number,
  durationMs: number,
  at: number,
  error: unknown,
): void {
  const { core, name: endpoint, generation } = row
  if (!isTold(row, 'late')) return
  const outcome = outcomeOf(result, error)
  const when = { at: dated(row, at), ...measured(durationMs) }
  publishCall(row, { outcome: 'late', result: outcome, admittedIn, ...when })
  core.dispatcher.post('late', { endpoint, admittedIn, generation, outcome, ...when })
}

/** Tells of a call that ran under the admission of the call around it, and counts by that. */
export function tellNested(row: Row, result: Result, durationMs: number, at: number, error: unknown): void {
  const { core, name: endpoint, generation } = row
  if (!isTold(row, 'nested')) return
  const outcome = outcomeOf(result, error)
  const when = { at: dated(row, at), ...measured(durationMs) }
  core.dispatcher.post('nested', { endpoint, generation, outcome, ...when })
  publishCall(row, { outcome: 'nested', result: outcome, ...when })
}

/** Whether somebody hears of this event of calls. */
export function isTold({ core, name }: Row, event: 'late' | 'nested' | 'rejected' | 'limited'): boolean {
  return callChannel.hasSubscribers || core.dispatcher.hears(event, name)
}

/** When, for who tells of it: looked up where nobody has. */
export function dated({ core }: Row, at: number): number {
  return Number.isNaN(at) ? core.clock.now() : at
}

/** Counts that a fallback is asked to answer instead of this error, and tells it. */
export function tellFallback(row: Row, error: unknown): void {
  const { core, name: endpoint, generation } = row
  extrasOf(row).fallbacks++
  core.dispatcher.post('fallback', { endpoint, generation, error })
}

/** To the channel alone. */
export function publishCall(row: Row, call: Omit<CallMessage, 'endpoint' | 'generation'>): void {
  if (!callChannel.hasSubscribers) return
  const { core, name: endpoint, generation } = row
  const message: CallMessage = { endpoint, generation, ...call }
  core.turns.later(() => callChannel.publish(message))
}

/** What nobody measured is no key. */
function measured(durationMs: number): { readonly durationMs?: number } {
  return Number.isNaN(durationMs) ? {} : { durationMs }
}

function outcomeOf(result: Result, error: unknown): CallOutcome {
  if (result === 'succeed') return 'success'
  if (result === 'ignore') return 'ignored'
  return isTimeout(error) ? 'timeout' : 'failure'
}
