// Promise: the engine's own, as `await` uses it, so that a global replaced by somebody changes nothing.
const Intrinsic = (async () => {})().constructor as PromiseConstructor
const { then } = Intrinsic.prototype

/**
 * As `await outcome` and then one of the two: thenables are followed, promises of subclasses too.
 * @throws what looking at a hostile promise throws, as `await` does
 */
export function chain<T>(
  outcome: T | PromiseLike<T>,
  onValue: ((value: unknown) => unknown) | null,
  onError: ((error: unknown) => never) | null,
): Promise<T> {
  return then.call(Intrinsic.resolve(outcome), onValue, onError) as Promise<T>
}

/**
 * A promise that rejects with `error` a microtask later. By then the caller has attached its handler, so the engine does
 * not report an unhandled rejection and then its handler; and nothing is thrown, for which the engine would make a message.
 * A third of the cost of Promise.reject.
 */
export function rejectLater(error: Error): Promise<never> {
  return new Intrinsic((_, reject) => {
    then.call(Intrinsic.resolve(error), reject)
  })
}

/** What a function throws may be anything, even a thenable, which must not be followed. */
export async function rejectWith(error: unknown): Promise<never> {
  throw error
}

/**
 * Calls `tell` with the rejection of what foreign code has returned, if that is a promise: of any realm or class, whatever
 * its members do. The engine's `then` takes nothing else; a thenable that is no promise has not begun, and is ignored.
 */
export function onRejection(result: unknown, tell: (error: unknown) => void): void {
  if (typeof result !== 'object' || result === null) return
  try {
    then.call(result as Promise<unknown>, undefined, tell)
  } catch {
    // No promise.
  }
}

/** The end of a call whose function threw before it gave a promise: counted at once. */
export function failAtOnce(error: unknown, onError: ((error: unknown) => never) | null): Promise<never> {
  try {
    onError?.(error)
  } catch {
    // The caller gets it from the promise.
  }
  return rejectWith(error)
}
