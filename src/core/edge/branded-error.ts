// BrandedError: what all errors of switchgear share. The brand is shared through Symbol.for, so that isBreakerError
// recognises errors of another copy of the package, where `instanceof` fails.
export const BRAND = Symbol.for('switchgear.error')

/** The base of every error but BreakerOpenError; `message` and `stack` as of any Error. */
export abstract class BrandedError extends Error {
  /** What to match on: it stays the same between versions and copies of the package. */
  abstract readonly code: string
}
Object.defineProperties(BrandedError.prototype, shared())

/** The members of an error's prototype. A name there, not on the error, is already set when the stack is captured. */
export function shared(): PropertyDescriptorMap {
  return { [BRAND]: { value: true }, toJSON: { value: toJSON, writable: true, configurable: true } }
}

/** Sets the name of a class's errors as text: the name of the class itself does not survive a minifier. */
export function nameErrors(errors: { readonly prototype: Error }, name: string): void {
  Object.defineProperty(errors.prototype, 'name', { value: name, writable: true, configurable: true })
}

/** Without it, JSON of an Error has no message. */
function toJSON(this: Error): object {
  const { name, message } = this
  return { name, message, ...(this as object) }
}
