// OutcomeEvents: tells what single calls came to, to those who listen.
import { isTimeout } from '../edge/call-options.ts'
import { callChannel } from './channels.ts'
import type { Result } from './classify.ts'
import { chronicleOf, type Row } from './row.ts'

/** A message of the channel `switchgear:call`. */
export interface CallMessage {
  /** The name of the breaker. */
  readonly endpoint: string
  /** Number of its stay in a state. */
  readonly generation: number
  /** What the call came to. */
  readonly outcome: 'success' | 'failure' | 'timeout' | 'ignored' | 'rejected' | 'limited' | 'late' | 'nested'
  /** How long it took, in ms; absent where nobody measured it. */
  readonly durationMs?: number
}

/** Tells of a call that has counted. `durationMs` is NaN where nobody measured it. */
export function tellOutcome(row: Row, result: Result, durationMs: number, error: unknown): void {
  const { home, name: endpoint, generation } = row
  const event = Number.isNaN(durationMs) ? { endpoint, generation } : { endpoint, generation, durationMs }
  const outcome = outcomeOf(result, error)
  if (outcome === 'failure' || outcome === 'timeout') home.hub.post(outcome, { ...event, error })
  else home.hub.post(outcome, event)
  publishCall(row, outcome, durationMs)
}

/** Tells of a call that ran under the admission of the call around it, and counts by that. */
export function tellNested(row: Row, result: Result, durationMs: number, error: unknown): void {
  const { home, name: endpoint, generation } = row
  const outcome = outcomeOf(result, error)
  if (home.hub.hears('nested', endpoint)) home.hub.post('nested', { endpoint, generation, outcome })
  publishCall(row, 'nested', durationMs)
}

/** Counts that a fallback is asked to answer instead of this error, and tells it. */
export function tellFallback(row: Row, error: unknown): void {
  const { home, name: endpoint, generation } = row
  chronicleOf(row).fallbacks++
  home.hub.post('fallback', { endpoint, generation, error })
}

/** To the channel alone. */
export function publishCall(row: Row, outcome: CallMessage['outcome'], durationMs: number): void {
  if (!callChannel.hasSubscribers) return
  const { home, name: endpoint, generation } = row
  const call: CallMessage = { endpoint, generation, outcome, ...(!Number.isNaN(durationMs) && { durationMs }) }
  home.turns.later(() => callChannel.publish(call))
}

function outcomeOf(result: Result, error: unknown): 'success' | 'failure' | 'timeout' | 'ignored' {
  if (result === 'succeed') return 'success'
  if (result === 'ignore') return 'ignored'
  return isTimeout(error) ? 'timeout' : 'failure'
}
