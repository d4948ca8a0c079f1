// Judgement: what an outcome means while the breaker is closed: the evidence with it, and the trigger that fires. The guard
// computes it, and the action that follows uses the same result.
import type { BreakerData, BreakerEvent } from '../src/core/rules/decide.ts'
import type { Reason } from '../src/core/rules/reasons.ts'
import {
  addFailure,
  addSlow,
  addSuccess,
  copyEvidence,
  type Evidence,
  triggerAfter,
} from '../src/core/rules/triggers/index.ts'
import type { BreakerContext } from './breaker-context.ts'

interface Judgement {
  /** What was decided before. */
  readonly of: BreakerData
  /** The evidence with this outcome in it. */
  readonly evidence: Evidence
  readonly fired: Reason | null
}

const judgements = new WeakMap<BreakerEvent, Judgement>()

export function judge({ data, policy }: BreakerContext, event: BreakerEvent): Judgement {
  const known = judgements.get(event)
  // One event may be tried on several breakers, for example by a search for paths.
  if (known?.of === data) return known
  const evidence = event.evidence ?? counted(data.evidence, policy, event)
  const isOutcome = event.type === 'succeed' || event.type === 'fail' || event.type === 'slow'
  const fired = isOutcome ? triggerAfter(event.type, evidence, policy, event.at) : null
  const judgement = { of: data, evidence, fired }
  judgements.set(event, judgement)
  return judgement
}

/** Where nothing was folded, no evidence comes with the event. */
function counted(before: Evidence, policy: BreakerContext['policy'], event: BreakerEvent): Evidence {
  const evidence = copyEvidence(before)
  if (event.type === 'succeed') addSuccess(evidence, policy, event.at, event.durationMs, event.isSlow)
  if (event.type === 'fail') addFailure(evidence, policy, event.at, event.durationMs, event.isSlow)
  if (event.type === 'slow') addSlow(evidence, policy, event.at)
  return evidence
}
