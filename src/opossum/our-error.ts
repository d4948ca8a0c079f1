// OurError: the errors of a breaker as opossum words them. An error of the action is never one of them.

/** What the errors of a breaker have in `code`. */
export type OurCode = 'EOPENBREAKER' | 'ETIMEDOUT' | 'ESEMLOCKED' | 'ESHUTDOWN'
/** An error of a breaker. */
export type OurError = Error & { readonly code: OurCode }

/** By a symbol of all copies: an error of the CommonJS build is ours in the ESM build. */
const OURS = Symbol.for('switchgear.opossum.error')

export function ourError(code: OurCode, message: string): OurError {
  return Object.assign(new Error(message), { code, [OURS]: true })
}

export function isOurError(error: unknown): boolean {
  return typeof error === 'object' && error !== null && OURS in error
}
