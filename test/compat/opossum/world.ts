// World: what the tests of differences share: a breaker of either library, on fake timers.
import Opossum from 'opossum'
import { afterEach, beforeEach, vi } from 'vitest'
import Ours from '../../../src/compat/opossum/index.ts'
import { createRegistry, type Registry } from '../../../src/index.ts'

export type Options = ConstructorParameters<typeof Ours>[1]
interface Settling {
  readonly settle: (error?: unknown) => void
}

/** An action whose calls end when they are told to. */
export function stoppable() {
  const calls: Settling[] = []
  const run = () =>
    new Promise<string>((resolve, reject) => {
      calls.push({ settle: (error) => (error === undefined ? resolve('done') : reject(error)) })
    })
  return { calls, run }
}

export const boom = new Error('boom')
export const types = { opossum: Opossum as unknown as typeof Ours, ours: Ours }
export type Name = keyof typeof types
/** What the test at hand works with. */
export const world: { registry: Registry; warnings: string[] } = { registry: createRegistry(), warnings: [] }

export function make(name: Name, run: (...args: never[]) => unknown, options: Options = {}) {
  const own = name === 'ours' ? { registry: world.registry } : {}
  return new types[name](run as (...args: unknown[]) => unknown, { ...own, resetTimeout: 100, name: 'a', ...options })
}

/** What a promise has come to by now. */
export async function outcomeOf(promise: Promise<unknown>): Promise<unknown> {
  let outcome: unknown = 'nothing yet'
  promise.then(
    (value) => {
      outcome = value
    },
    (error: unknown) => {
      outcome = error
    },
  )
  await vi.advanceTimersByTimeAsync(1)
  return outcome
}

/** Fake timers, a new registry, and no warning on the terminal. */
export function eachInAWorldOfItsOwn(): void {
  beforeEach(() => {
    vi.useFakeTimers({ now: 0 })
    world.registry = createRegistry()
    world.warnings = []
    vi.spyOn(process, 'emitWarning').mockImplementation((text) => void world.warnings.push(String(text)))
  })
  afterEach(async () => {
    await world.registry.close()
    vi.restoreAllMocks()
    vi.useRealTimers()
  })
}
