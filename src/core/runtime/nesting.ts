// Nesting: which admitted call the running code is inside of, by AsyncLocalStorage where there is one. A call of the same breaker
// inside a probe would else wait for the permit that the call around it holds.

/** An admitted call, for those inside it. */
export interface Enclosing {
  /** Of its breaker. */
  readonly row: object
  /** The generation it was admitted in. */
  readonly generation: number
  /** Whether its outcome was reported: then nothing runs under it any more. */
  readonly isSettled: boolean
  /** Whether it still has its permit. */
  readonly isInForce: boolean
  /** Whether it is a probe. */
  readonly isProbe: boolean
  /** Whether it holds a slot of the bulkhead. */
  readonly hasSlot: boolean
}

interface Frame {
  readonly call: Enclosing
  around: Frame | null
}

interface Storage {
  getStore(): Frame | undefined
  run<T>(frame: Frame, code: () => T): T
}

interface AsyncHooks {
  readonly AsyncLocalStorage?: new () => Storage
}

const storage = newStorage()

/** Runs code under an admission: calls of the same breaker in it, or in what it begins, find that. */
export function runInside<T>(call: Enclosing, code: () => T): T {
  return storage === null ? code() : storage.run({ call, around: underWay(storage.getStore() ?? null) }, code)
}

/** The frames without those of calls that have ended: a call that begins the next one before it ends would else keep all. */
function underWay(innermost: Frame | null): Frame | null {
  let first = innermost
  while (first?.call.isSettled) first = first.around
  for (let frame = first; frame !== null; frame = frame.around) {
    while (frame.around?.call.isSettled) frame.around = frame.around.around
  }
  return first
}

/** The innermost call of this breaker that the running code is inside of, and that has not ended. */
export function enclosingOf(row: object): Enclosing | null {
  for (let frame = storage?.getStore() ?? null; frame !== null; frame = frame.around) {
    if (frame.call.row === row && !frame.call.isSettled) return frame.call
  }
  return null
}

function newStorage(): Storage | null {
  // Not imported, so that browsers can load this.
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => AsyncHooks | undefined } }
  const AsyncLocalStorage = process?.getBuiltinModule?.('node:async_hooks')?.AsyncLocalStorage
  return AsyncLocalStorage === undefined ? null : new AsyncLocalStorage()
}
