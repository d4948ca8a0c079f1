// GuardOptions: the options of a route's guard, and their check.

import { checkOptions } from '../../core/options/index.ts'
import { ArgumentError, type PolicyOptions } from '../../index.ts'

/** The options of a route's guard. All are optional. */
export interface GuardOptions {
  /** The policy of a breaker that this makes. Default: the registry's policy for its name. */
  readonly policy?: PolicyOptions | undefined
}

/**
 * Checks that the name of a breaker was written in code: with names from the URL, clients could make as many as they like.
 * @throws ArgumentError (`INVALID_ARGUMENT`)
 */
export function checkGuard(where: string, name: unknown, options: GuardOptions): void {
  if (typeof name !== 'string') throw new ArgumentError(where, 'the name of a breaker, as a string', name)
  checkOptions('options', options, ['policy'] satisfies (keyof GuardOptions)[])
}
