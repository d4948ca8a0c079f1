// Path: how the calls of a breaker are made. Chosen once for all of them, whenever something changes that they depend on.
import { keepsSuccesses } from '../rules/triggers/index.ts'
import { isUnguarded } from './gates.ts'
import type { Row } from './row.ts'

/** Chooses what a call has to do, and lets those who wait look again. */
export function choosePath(row: Row): void {
  const { policy, core, attached, name } = row
  const isJudged = policy.timeoutMs !== null || policy.isFailure !== null || policy.ignore !== null
  // Disabled, its outcomes are no evidence.
  const folds = attached && row.folds && row.state === 'closed' && row.resets === core.resets.count
  row.version++
  row.isHeard = core.dispatcher.hearsCalls(name)
  // A failure is emitted whatever the path of its call; a success has to be timed for its event.
  const tellsSuccesses = row.isHeard && core.dispatcher.hears('success', name)
  if (!folds || isJudged || !isUnguarded(row) || tellsSuccesses) row.path = 'full'
  else if (keepsSuccesses(policy)) row.path = 'timed'
  else row.path = row.onValue === null ? 'unready' : 'plain'
  row.extras.bulkhead?.changed()
}
