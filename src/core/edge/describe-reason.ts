// describeReason: the reason of a generation in words, for users; any other argument is an error.
import { describeReason as inWords, type Reason } from '../rules/reasons.ts'
import { ArgumentError } from './errors.ts'

/**
 * The reason in words, for messages and logs.
 * @throws ArgumentError (`INVALID_ARGUMENT`) if it is not a reason, such as the `null` of a breaker that has never changed
 *   its state
 */
export function describeReason(reason: Reason): string {
  const type: unknown = (reason as Partial<Reason> | null | undefined)?.type
  if (typeof type === 'string') return inWords(reason)
  throw new ArgumentError('describeReason(reason)', 'a reason: { type, … }', reason)
}
