import { describe, expect, it } from 'vitest'
import { createRegistry, presets } from '../../../src/index.ts'
import { createVirtualClock } from '../../../src/testing/index.ts'
import { newRegistry } from '../../support/registries.ts'

describe('a handle', () => {
  it('that is used after its breaker was deleted is the handle of its name again (R22)', () => {
    const registry = createRegistry({ clock: createVirtualClock() })
    const handle = registry.breaker('a')
    registry.delete('a')
    handle.trip()
    expect(registry.breaker('a')).toBe(handle)
    expect(registry.state('a')).toBe('open')
  })

  it('is that of its name again also where a call has made the new breaker before (R22)', () => {
    const { registry } = newRegistry()
    const handle = registry.breaker('a')
    registry.delete('a')
    void registry.call('a', () => 1)
    handle.trip()
    expect(registry.breaker('a')).toBe(handle)
  })

  it('does not take the place of one that was handed out since its breaker was deleted (R20, R22)', () => {
    const { registry } = newRegistry()
    const old = registry.breaker('a')
    registry.delete('a')
    const handle = registry.breaker('a')
    old.trip()
    expect(handle.state).toBe('open')
    expect(registry.breaker('a')).toBe(handle)
  })

  it('answers for a failure with its fallback, not for an error that is a success (R11)', async () => {
    const registry = createRegistry({ policy: { isFailure: () => false } })
    const error = new Error('not found')
    const call = registry.call('a', () => Promise.reject(error), { fallback: () => 'instead' })
    await expect(call).rejects.toBe(error)
  })
})

describe('a name', () => {
  it('is not taken by a call that is none (R50)', async () => {
    const registry = createRegistry()
    await expect(registry.call('a', 'no function' as never)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    expect(registry.has('a')).toBe(false)
  })

  it('is matched to patterns with many stars in no time, however long it is (R23)', () => {
    const registry = createRegistry({ policies: { '*a*a*a*a*a*a*b': { failureThreshold: 1 } } })
    const started = performance.now()
    registry.breaker('a'.repeat(10_000))
    expect(performance.now() - started).toBeLessThan(1_000)
    expect(registry.breaker('aaaaaaab').policy.failureThreshold).toBe(1)
    expect(registry.breaker('aaaaaab-').policy.failureThreshold).toBe(5)
    expect(registry.breaker('aaaab').policy.failureThreshold).toBe(5)
  })
})

describe('reading', () => {
  it('a deleted breaker makes none, and gives its last figures (R22)', () => {
    const registry = createRegistry({ clock: createVirtualClock() })
    const handle = registry.breaker('a')
    handle.recordFailure()
    handle.trip()
    registry.delete('a')
    expect([handle.state, handle.allows(), handle.stats().calls.failed]).toEqual(['closed', true, 1])
    expect([handle.generation, handle.policy.failureThreshold, handle.actor]).toEqual([2, 5, null])
    expect(registry.has('a')).toBe(false)
  })
})

describe('a listener that deletes what was created', () => {
  it('costs neither the call nor the handle (R32)', async () => {
    const registry = createRegistry({ clock: createVirtualClock() })
    registry.on('created', ({ endpoint }) => registry.delete(endpoint))
    await expect(registry.call('a', () => 1)).resolves.toBe(1)
    expect(registry.breaker('b').endpoint).toBe('b')
  })
})

describe('a preset', () => {
  it('cannot be changed for everybody', () => {
    expect(() => Object.assign(presets.nebula, { failureThreshold: 1 })).toThrow(TypeError)
    expect(Object.isFrozen(presets.nebula.failureRate)).toBe(true)
  })
})
