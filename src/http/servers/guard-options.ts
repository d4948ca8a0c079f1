// GuardOptions: what the guard of a route may be told, and the check of it.

import { checkOptions } from '../../core/options/index.ts'
import { ArgumentError, type PolicyOptions } from '../../index.ts'

/** What the guard of a route takes. Everything is optional. */
export interface GuardOptions {
  /** The policy of a breaker that is made by this. Default: what the registry says for its name. */
  readonly policy?: PolicyOptions | undefined
}

/**
 * That the name of a breaker is one that was written down: with a name from the URL there are as many as clients like.
 * @throws ArgumentError (`INVALID_ARGUMENT`)
 */
export function checkGuard(where: string, name: unknown, options: GuardOptions): void {
  if (typeof name !== 'string') throw new ArgumentError(where, 'the name of a breaker, as a string', name)
  checkOptions('options', options, ['policy'] satisfies (keyof GuardOptions)[])
}
