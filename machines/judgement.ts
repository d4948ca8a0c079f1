// Judgement: what an outcome comes to while the breaker is closed: the evidence with it, and the trigger that fires.
// A guard asks for it, and then the action that it lets through; it is worked out once for both.
import type { BreakerEvent, Decision } from '../src/core/rules/decide.ts'
import { addFailure, addSlow, addSuccess, copyTally, type Tally } from '../src/core/rules/tally.ts'
import { type Reason, triggerAfter } from '../src/core/rules/triggers.ts'
import type { BreakerContext } from './breaker-context.ts'

interface Judgement {
  /** What was decided before. */
  readonly of: Decision
  /** The tally with this outcome in it. */
  readonly tally: Tally
  readonly fired: Reason | null
}

const judgements = new WeakMap<BreakerEvent, Judgement>()

export function judge({ decision, policy }: BreakerContext, event: BreakerEvent): Judgement {
  const known = judgements.get(event)
  // One event may be tried on several breakers, as by who looks for paths.
  if (known?.of === decision) return known
  const tally = event.tally ?? counted(decision.tally, policy, event)
  const isOutcome = event.type === 'succeed' || event.type === 'fail' || event.type === 'slow'
  const fired = isOutcome ? triggerAfter(event.type, tally, policy, event.at) : null
  const judgement = { of: decision, tally, fired }
  judgements.set(event, judgement)
  return judgement
}

/** Where nothing was folded, no tally is brought along. */
function counted(before: Tally, policy: BreakerContext['policy'], event: BreakerEvent): Tally {
  const tally = copyTally(before)
  if (event.type === 'succeed') addSuccess(tally, policy, event.at, event.durationMs, event.isSlow)
  if (event.type === 'fail') addFailure(tally, policy, event.at, event.durationMs, event.isSlow)
  if (event.type === 'slow') addSlow(tally, policy, event.at)
  return tally
}
