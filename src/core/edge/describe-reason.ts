// describeReason: the reason of a generation in words, for users; who hands in none is told so.
import { describeReason as inWords, type Reason } from '../rules/reasons.ts'
import { ArgumentError } from './errors.ts'

/**
 * The reason in words, for messages and logs.
 * @throws ArgumentError (`INVALID_ARGUMENT`) for what is no reason, as the `null` of a breaker that has never changed its state
 */
export function describeReason(reason: Reason): string {
  const type: unknown = (reason as Partial<Reason> | null | undefined)?.type
  if (typeof type === 'string') return inWords(reason)
  throw new ArgumentError('describeReason(reason)', 'a reason: { type, … }', reason)
}
