// OutcomeEvents: emits the outcomes of single calls to listeners.
import { isTimeout } from '../edge/timeout-error.ts'
import { callChannel } from './channels.ts'
import type { Result } from './classify.ts'
import type { CallOutcome } from './events.ts'
import { extrasOf, type Row } from './row.ts'

/** A message of the channel `switchgear:call`. */
export interface CallMessage {
  /** The name of the breaker. */
  readonly endpoint: string
  /** The number of the current generation. */
  readonly generation: number
  /** How the call counted. */
  readonly outcome: CallOutcome | 'rejected' | 'limited' | 'late' | 'nested'
  /** Its own outcome if it is `late` or `nested`; otherwise absent. */
  readonly result?: CallOutcome
  /** The generation in which it was admitted, if it is `late`; otherwise absent. */
  readonly admittedIn?: number
  /** When, in ms of the registry's clock. */
  readonly at: number
  /** How long it took, in ms; absent if it was not measured. */
  readonly durationMs?: number
}

/** Emits a call that has counted. `durationMs` is NaN if it was not measured. */
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

/** Emits a call that ended after its generation. `at` is NaN if the clock was not read yet. */
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

/** Emits a call that ran under the admission of the call around it, and counts with that. */
export function tellNested(row: Row, result: Result, durationMs: number, at: number, error: unknown): void {
  const { core, name: endpoint, generation } = row
  if (!isTold(row, 'nested')) return
  const outcome = outcomeOf(result, error)
  const when = { at: dated(row, at), ...measured(durationMs) }
  core.dispatcher.post('nested', { endpoint, generation, outcome, ...when })
  publishCall(row, { outcome: 'nested', result: outcome, ...when })
}

/** Whether anybody listens to this event of calls. */
export function isTold({ core, name }: Row, event: 'late' | 'nested' | 'rejected' | 'limited'): boolean {
  return callChannel.hasSubscribers || core.dispatcher.hears(event, name)
}

/** The time of the event; reads the clock if it was not read yet. */
export function dated({ core }: Row, at: number): number {
  return Number.isNaN(at) ? core.clock.now() : at
}

/** Counts that a fallback runs in place of this error, and emits it. */
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

/** A duration that was not measured is no key. */
function measured(durationMs: number): { readonly durationMs?: number } {
  return Number.isNaN(durationMs) ? {} : { durationMs }
}

function outcomeOf(result: Result, error: unknown): CallOutcome {
  if (result === 'succeed') return 'success'
  if (result === 'ignore') return 'ignored'
  return isTimeout(error) ? 'timeout' : 'failure'
}
