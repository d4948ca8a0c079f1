// CheckPolicy: that what is to be explained is a policy that was resolved. Options are easily taken for one.
import { isOptionObject } from '../../core/edge/option-object.ts'
import { ArgumentError, resolvePolicy } from '../../index.ts'

const KEYS = Object.keys(resolvePolicy())

/** @throws ArgumentError (`INVALID_ARGUMENT`) */
export function checkPolicy(where: string, policy: unknown): void {
  if (isOptionObject(policy) && KEYS.every((key) => key in policy)) return
  throw new ArgumentError(where, 'a policy that resolvePolicy made', policy)
}
