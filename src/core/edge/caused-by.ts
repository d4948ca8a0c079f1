// CausedBy: gives an error its cause, which is seen only when it is read, as the `cause` of an Error.

/** A longer chain is a circle, or a joke. */
const DEEPEST = 100

/** Gives `target` the `cause`, if there is one. Not enumerable: neither JSON nor a copy carries what an error may contain. */
export function carryCause<T extends object>(target: T, cause: unknown): T {
  if (cause === undefined) return target
  return Object.defineProperty(target, 'cause', { value: cause, writable: true, configurable: true, enumerable: false })
}

/**
 * Gives `error` the `cause` if it can have one: an Error that is extensible and has none yet. Anything else stays as it is,
 * and so does an error that `cause` itself comes from. Never throws: errors may be proxies, and their members getters.
 */
export function addCause(error: unknown, cause: unknown): void {
  try {
    if (!isError(error) || 'cause' in error || comesFrom(cause, error)) return
    // A frozen error refuses.
    carryCause(error, cause)
  } catch {
    // It stays as it is.
  }
}

/** Those of another realm (a test environment's) are `instanceof` another Error. */
function isError(value: unknown): value is object {
  return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]'
}

/** Whether `error` is `origin` or has it as a cause; `true` for an endless chain, where it cannot be known. */
function comesFrom(error: unknown, origin: object): boolean {
  let next = error
  for (let depth = 0; depth < DEEPEST; depth++) {
    if (next === origin) return true
    if (typeof next !== 'object' || next === null) return false
    next = (next as { cause?: unknown }).cause
  }
  return true
}
