// Classify: what an outcome counts as, by the policy's rules or as usual: an error is a failure, a value a success, and a refusal
// of a breaker's own neither: the call was not made, and proves nothing.
import { isRefusal, rejectionBy } from '../edge/refusal.ts'
import { type Ended, judgeOutcome } from './judge.ts'
import type { Row } from './row.ts'

export type { Ended } from './judge.ts'
export type Result = 'succeed' | 'fail' | 'ignore'

/** A classifier that throws, or answers anything but true, false or undefined, makes the outcome a failure. */
export function classify(row: Row, ended: Ended, durationMs: number): Result {
  const { ignore, isFailure } = row.policy
  const usual = 'error' in ended ? 'fail' : 'succeed'
  if ('error' in ended && isNeutral(row, ended.error)) return 'ignore'
  if (ignore === null && isFailure === null) return usual
  const ignored = ask(row, 'ignore', ended, durationMs)
  if (ignored === true) return 'ignore'
  if (ignored === 'wrong') return 'fail'
  const failed = ask(row, 'isFailure', ended, durationMs)
  if (failed === undefined) return usual
  return failed === false ? 'succeed' : 'fail'
}

/** Whether this error is a refusal that is no evidence for this breaker: its own never is, or its probe would fail for it. */
export function isNeutral({ name, policy }: Row, error: unknown): boolean {
  return isRefusal(error) && (policy.refusals === 'ignore' || rejectionBy(name, error) !== undefined)
}

/** The classifier is code of the user's: called here, after the call, outside every actor. */
function ask(
  row: Row,
  source: 'ignore' | 'isFailure',
  ended: Ended,
  durationMs: number,
): boolean | undefined | 'wrong' {
  const { name, policy, core } = row
  const classifier = policy[source]
  if (classifier === null) return undefined
  try {
    return judgeOutcome(source, classifier, ended, durationMs)
  } catch (error) {
    core.dispatcher.report(source, error, name)
    return 'wrong'
  }
}
