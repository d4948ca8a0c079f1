// biome-ignore-all lint/suspicious/noThenProperty: thenables are what some tests are about
// The call path behaves as an async function would: whatever the function throws or gives, and whoever drops the promise.
import { describe, expect, it } from 'vitest'
import type { Registry } from '../../../src/index.ts'
import { DOWN, errorOf, jobsDone } from '../../support/calls.ts'
import { run } from '../../support/processes.ts'
import { newBreaker, newRegistry } from '../../support/registries.ts'

/** How a call may go: counted only, timed, and through everything that a call can ask for. */
const PATHS = [
  { path: 'plain', policy: { latencySampling: 0 } },
  { path: 'timed', policy: { latencySampling: 1 } },
  { path: 'full', policy: { latencySampling: 0, timeout: '1h' } },
] as const

class Subclass<T> extends Promise<T> {}

/** What an async function does with an outcome is the standard. */
const OUTCOMES: Record<string, () => unknown> = {
  'a value': () => 5,
  undefined: () => undefined,
  'a promise': () => Promise.resolve(5),
  'a rejection': () => Promise.reject(DOWN),
  'a promise of a subclass': () => Subclass.resolve(5),
  'a rejection of a subclass': () => Subclass.reject(DOWN),
  'a thenable': () => ({ then: (resolve: (value: number) => void) => resolve(5) }),
  'a thenable that rejects': () => ({ then: (_: unknown, reject: (error: unknown) => void) => reject(DOWN) }),
  'a thenable that throws': () => ({
    then() {
      throw DOWN
    },
  }),
  'a thenable that calls back twice': () => ({
    then(resolve: (value: number) => void, reject: (error: unknown) => void) {
      resolve(5)
      reject(DOWN)
      resolve(6)
    },
  }),
  'a thenable whose then cannot be read': () =>
    Object.defineProperty({}, 'then', {
      get() {
        throw DOWN
      },
    }),
  'a promise whose then is its own': () => Object.assign(Promise.resolve(5), { then: () => 'never looked at' }),
  'a promise whose constructor cannot be read': () =>
    Object.defineProperty(Promise.resolve(5), 'constructor', {
      get() {
        throw DOWN
      },
    }),
  'a throw at once': () => {
    throw DOWN
  },
  'a throw of a thenable': () => {
    throw { then: (resolve: (value: number) => void) => resolve(5) }
  },
}

/** How the promise ended: with a value, or with an error, the very same one. */
function endOf(promise: Promise<unknown>): Promise<readonly [end: string, what: unknown]> {
  return promise.then(
    (value) => ['value', value] as const,
    (error) => ['error', error] as const,
  )
}

describe.each(PATHS)('a $path call', ({ policy }) => {
  it.each(Object.entries(OUTCOMES))(
    'of %s ends as that of an async function, and is counted so (R10)',
    async (_, fn) => {
      const { breaker } = newBreaker({ ...policy, failureThreshold: 100 })
      const bare = await endOf((async () => await fn())())
      const guarded = await endOf(breaker.call(fn))
      expect(guarded[0]).toBe(bare[0])
      if (typeof bare[1] === 'object' && bare[1] !== null && bare[1] !== DOWN) expect(guarded[1]).toHaveProperty('then')
      else expect(guarded[1]).toBe(bare[1])
      const [succeeded, failed] = bare[0] === 'value' ? [1, 0] : [0, 1]
      // A second time, by what was made for the first.
      await endOf(breaker.call(fn))
      expect(breaker.stats().calls).toMatchObject({ succeeded: succeeded * 2, failed: failed * 2, allowed: 2 })
    },
  )

  it('takes its own options, and is refused when it is none, whatever calls came before (R11, R50)', async () => {
    const { breaker, clock } = newBreaker(policy)
    for (const _ of [1, 2, 3]) await breaker.call(() => 5)
    const slow = breaker.call(() => new Promise(() => {}), { timeout: '1s' })
    clock.advance('1s')
    expect(await errorOf(slow)).toMatchObject({ code: 'CALL_TIMEOUT' })
    expect(await breaker.call(() => Promise.reject(DOWN), { fallback: () => 'instead' })).toBe('instead')
    expect(await errorOf(breaker.call(5 as never))).toMatchObject({ code: 'INVALID_ARGUMENT' })
    expect(breaker.stats().calls).toMatchObject({ allowed: 5, succeeded: 3, failed: 2 })
  })

  it('whose function throws at once is counted at once (R10)', async () => {
    const { breaker } = newBreaker({ ...policy, failureThreshold: 2 })
    const thrower = () => {
      throw DOWN
    }
    const calls = [breaker.call(thrower), breaker.call(thrower)]
    expect(await Promise.all(calls.map(errorOf))).toEqual([DOWN, DOWN])
    expect(breaker.state).toBe('open')
  })

  it('gives a promise of the engine’s, whatever has become of the global one (R10)', async () => {
    const { breaker } = newBreaker(policy)
    const { Promise: Original } = globalThis
    const promise = breaker.call(() => 5)
    try {
      globalThis.Promise = Subclass as never
      expect(Object.getPrototypeOf(breaker.call(() => 5))).toBe(Original.prototype)
    } finally {
      globalThis.Promise = Original
    }
    expect(await promise).toBe(5)
  })

  it('keeps the frames of its caller in the stack of an error (R10)', async () => {
    const { breaker } = newBreaker(policy)
    async function dependency() {
      await null
      throw new Error('deep')
    }
    async function theCallersName() {
      await breaker.call(dependency)
    }
    for (const _ of [1, 2]) {
      const error = (await errorOf(theCallersName())) as Error
      expect(error.stack).toMatch(/theCallersName/)
    }
  })

  it('may end under another policy than it was admitted by (R21)', async () => {
    const { breaker, registry } = newBreaker({ ...policy, failureThreshold: 5 })
    const ends: ((error: unknown) => void)[] = []
    const calls = [1, 2, 3].map(() => breaker.call(() => new Promise((_, reject) => ends.push(reject))))
    registry.configure('a', { ...policy, failureThreshold: 2 })
    for (const end of ends) end(DOWN)
    await Promise.all(calls.map(errorOf))
    expect(breaker.stats()).toMatchObject({ state: 'open', calls: { failed: 2, late: 1 } })
  })
})

describe('a promise of a call that nobody handles', () => {
  it('is one unhandled rejection for each failure, each throw and each rejected call, and none otherwise', async () => {
    const { output } = await run('drop-promises.ts')
    expect(JSON.parse(output)).toEqual({
      plain: 1,
      timed: 1,
      thrown: 1,
      full: 1,
      rejected: 1,
      handled: 0,
      succeeded: 0,
    })
  })
})

describe('the context of a call', () => {
  const contexts = async (registry: Registry, times: number) => {
    const seen: unknown[] = []
    for (let call = 0; call < times; call++) {
      await registry.call('a', ({ endpoint, generation }) => seen.push({ endpoint, generation }))
    }
    return seen
  }

  it('names the generation that admitted it, after a deletion and after a restore too (R06)', async () => {
    const { registry, clock } = newRegistry()
    registry.breaker('a').trip()
    registry.delete('a')
    const { generation } = registry.breaker('a')
    expect(generation).toBeGreaterThan(0)
    expect(await contexts(registry, 3)).toEqual(Array(3).fill({ endpoint: 'a', generation }))
    const restored = newRegistry({ clock, snapshot: registry.snapshot() }).registry
    expect(await contexts(restored, 3)).toEqual(Array(3).fill({ endpoint: 'a', generation: generation + 1 }))
  })

  it('cannot be changed for the calls that share it (R32)', async () => {
    const { registry } = newRegistry({ policy: { latencySampling: 0 } })
    await errorOf(registry.call('a', (context) => Object.assign(context, { endpoint: 'forged' })))
    expect(await contexts(registry, 1)).toMatchObject([{ endpoint: 'a' }])
    await jobsDone()
  })
})
