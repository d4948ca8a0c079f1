// The global clock of a process that judges one library: timers, Date and the monotonic clocks run on a virtual clock.
// Installed before the library is loaded. Promises, nextTick and setImmediate stay real, so that what waits for no time
// still happens.
// Not from the entry: whatever it loads would keep the real clock.
import { createVirtualClock, type VirtualClock } from '../../src/testing/virtual-clock.ts'

const EPOCH_MS = Date.UTC(2024, 0, 1)

/** What setTimeout gives in Node, as far as libraries use it. */
interface Handle {
  cancel(): void
  ref(): Handle
  unref(): Handle
  hasRef(): boolean
  refresh(): Handle
}

let clock: VirtualClock = createVirtualClock()
let wallStepMs = 0

/** From now on, this clock is the time of the process; the timers of the one before never fire. */
export function useClock(next: VirtualClock): void {
  clock = next
  wallStepMs = 0
}

/** As when somebody sets the wall clock: `Date` jumps, the monotonic clocks and timers do not. */
export function stepWallClock(ms: number): void {
  wallStepMs += ms
}

/** As setTimeout does, a delay that is no number, too short or too long is 1 ms. */
function delayOf(ms: unknown): number {
  const delay = Number(ms)
  return delay >= 1 && delay <= 2 ** 31 - 1 ? Math.trunc(delay) : 1
}

function arm(fn: () => void, ms: unknown, again: boolean): Handle {
  const owner = clock
  const delay = delayOf(ms)
  let id: unknown
  const set = () => {
    id = owner.setTimeout(() => {
      if (again) set()
      fn()
    }, delay)
  }
  set()
  const handle: Handle = {
    cancel: () => owner.clearTimeout(id),
    ref: () => handle,
    unref: () => handle,
    hasRef: () => false,
    refresh() {
      owner.clearTimeout(id)
      set()
      return handle
    },
  }
  return handle
}

const cancel = (handle: unknown) => {
  ;(handle as Partial<Handle> | null | undefined)?.cancel?.()
}

const wallNow = () => EPOCH_MS + wallStepMs + Math.floor(clock.now())

export function installGlobalClock(): void {
  const RealDate = Date
  const FakeDate = new Proxy(RealDate, {
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [wallNow()] : args, newTarget),
    apply: () => new RealDate(wallNow()).toString(),
    get: (target, key, receiver) => (key === 'now' ? wallNow : Reflect.get(target, key, receiver)),
  })
  const nanos = () => BigInt(Math.round(clock.now() * 1e6))
  const hrtime = (since?: readonly [number, number]): [number, number] => {
    const ns = nanos() - (since === undefined ? 0n : BigInt(since[0]) * 1_000_000_000n + BigInt(since[1]))
    return [Number(ns / 1_000_000_000n), Number(ns % 1_000_000_000n)]
  }
  const timers = {
    Date: FakeDate,
    // It says that it is a fake, as those of test runners do: whoever gives I/O a turn after a stall knows that there is none.
    setTimeout: Object.assign(
      (fn: (...args: unknown[]) => void, ms?: unknown, ...args: unknown[]) => arm(() => fn(...args), ms, false),
      { clock },
    ),
    setInterval: (fn: (...args: unknown[]) => void, ms?: unknown, ...args: unknown[]) =>
      arm(() => fn(...args), ms, true),
    clearTimeout: cancel,
    clearInterval: cancel,
  }
  Object.assign(globalThis, timers)
  Object.defineProperty(performance, 'now', { value: () => clock.now(), configurable: true })
  process.hrtime = Object.assign(hrtime, { bigint: nanos })
}
