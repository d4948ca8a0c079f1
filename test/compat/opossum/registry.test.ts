// What ours has and opossum has not: the breakers are those of a registry, seen and moved by whoever looks at it.
import { afterEach, describe, expect, it, vi } from 'vitest'
import CircuitBreaker from '../../../src/compat/opossum/index.ts'
import { createRegistry } from '../../../src/index.ts'
import { newRegistry, statesIn } from '../../support/registries.ts'

const fails = () => Promise.reject(new Error('boom'))
const works = async () => 'done'

function journalOf(breaker: CircuitBreaker<never, unknown>): string[] {
  const journal: string[] = []
  for (const event of ['open', 'halfOpen', 'close'] as const) breaker.on(event, () => journal.push(event))
  return journal
}

describe('the registry of a breaker', () => {
  it('is the shared one, unless it is given another', () => {
    const { registry } = newRegistry()
    const shared = new CircuitBreaker(works, { name: 'shared' })
    const own = new CircuitBreaker(works, { name: 'own', registry })
    expect(statesIn(CircuitBreaker.registry)).toEqual([{ endpoint: 'shared', state: 'closed' }])
    expect(statesIn(registry)).toEqual([{ endpoint: 'own', state: 'closed' }])
    shared.shutdown()
    own.shutdown()
    expect([...CircuitBreaker.registry.list(), ...registry.list()]).toEqual([])
  })

  it('is made anew when somebody closed the shared one', async () => {
    const before = CircuitBreaker.registry
    await before.close()
    const breaker = new CircuitBreaker(works, { name: 'after' })
    expect(CircuitBreaker.registry).not.toBe(before)
    expect(await breaker.fire()).toBe('done')
    breaker.shutdown()
  })

  it('may limit concurrent calls: that is told as a semaphore that is locked, and is no failure', async () => {
    const { registry } = newRegistry({ policy: { maxConcurrent: 1 } })
    const breaker = new CircuitBreaker(works, { name: 'limited', registry })
    const events: string[] = []
    for (const event of ['semaphoreLocked', 'reject', 'failure'] as const) breaker.on(event, () => events.push(event))
    const permit = registry.breaker('limited').tryAcquire()
    await expect(breaker.fire()).rejects.toMatchObject({ code: 'ESEMLOCKED' })
    expect(events).toEqual(['semaphoreLocked'])
    permit?.success()
    expect(await breaker.fire()).toBe('done')
    breaker.shutdown()
  })

  it('knows breakers of the same name apart', async () => {
    const { registry } = newRegistry()
    const make = () => new CircuitBreaker(fails, { name: 'mail', registry })
    const [first, second] = [make(), make()]
    await expect(first.fire()).rejects.toThrow('boom')
    expect([first.opened, second.opened]).toEqual([true, false])
    expect(registry.list().map(({ endpoint }) => endpoint)).toEqual(['mail', 'mail (2)'])
    expect([first.name, second.name]).toEqual(['mail', 'mail'])
    first.shutdown()
    const third = make()
    expect(registry.list().map(({ endpoint }) => endpoint)).toEqual(['mail (2)', 'mail'])
    third.open()
    expect([third, first].map(({ status }) => status.window[0]?.isCircuitBreakerOpen)).toEqual([true, true])
    third.close()
    expect([third, first].map(({ status }) => status.window[0]?.isCircuitBreakerOpen)).toEqual([false, true])
  })

  it('counts what calls came to, and says why it opened', async () => {
    const { registry } = newRegistry()
    const reasons: unknown[] = []
    registry.on('transition', ({ reason }) => reasons.push(reason))
    const breaker = new CircuitBreaker(fails, { name: 'mail', registry })
    await expect(breaker.fire()).rejects.toThrow('boom')
    await expect(breaker.fire()).rejects.toThrow('Breaker is open')
    expect(registry.stats()[0]).toMatchObject({ endpoint: 'mail', state: 'open', calls: { failed: 1, rejected: 1 } })
    expect(reasons).toEqual([{ type: 'tripped', message: '1 of 1 fires failed, more than 50 %' }])
  })

  it('counts the fallbacks of calls that were refused and of calls that failed, and tells them (R66)', async () => {
    const { registry } = newRegistry()
    const told: unknown[] = []
    registry.on('fallback', ({ endpoint, error }) => told.push([endpoint, String(error)]))
    const breaker = new CircuitBreaker(fails, { name: 'mail', registry })
    breaker.fallback(() => 'instead')
    expect([await breaker.fire(), await breaker.fire()]).toEqual(['instead', 'instead'])
    expect(registry.stats()[0]?.calls).toMatchObject({ failed: 1, rejected: 1, fallbacks: 2 })
    expect(told).toEqual([
      ['mail', 'Error: boom'],
      ['mail', 'Error: Breaker is open'],
    ])
    const late = new CircuitBreaker(() => new Promise((_, reject) => setImmediate(reject, new Error('late'))), {
      ...{ name: 'gone', registry },
    })
    late.fallback(() => 'instead')
    const answer = late.fire()
    late.shutdown()
    expect(await answer).toBe('instead')
    expect(registry.has('gone')).toBe(false)
  })

  it('says that it is open where its fleet refuses, and not that there is no place (R63)', async () => {
    const { registry } = newRegistry()
    const breaker = new CircuitBreaker(works, { name: 'mail', registry })
    registry.breaker('mail').override({ state: 'open', reason: { type: 'isolated' } })
    await expect(breaker.fire()).rejects.toMatchObject({ code: 'EOPENBREAKER' })
    expect(breaker.status.stats.rejects).toBe(1)
  })

  it('counts timeouts as such, and calls of a disabled breaker', async () => {
    vi.useFakeTimers()
    const registry = createRegistry()
    const breaker = new CircuitBreaker(() => new Promise(() => {}), { name: 'slow', timeout: 10, registry })
    const call = expect(breaker.fire()).rejects.toThrow('Timed out after 10ms')
    await vi.advanceTimersByTimeAsync(10)
    await call
    expect(registry.stats()[0]?.calls).toMatchObject({ failed: 1, timedOut: 1 })
    const off = new CircuitBreaker(fails, { name: 'off', enabled: false, registry })
    await expect(off.fire()).rejects.toThrow('boom')
    expect(registry.stats()[1]).toMatchObject({ state: 'disabled', calls: { failed: 1 } })
  })

  it('counts what a disabled breaker let through', async () => {
    const { registry } = newRegistry()
    const breaker = new CircuitBreaker(works, { name: 'mail', enabled: false, registry })
    await breaker.fire()
    expect(registry.stats()[0]?.calls).toMatchObject({ allowed: 1, succeeded: 1 })
  })

  it('has its say with what else its policy has: slow calls open it, too', async () => {
    const window = { calls: 2 }
    const slowCalls = { slowerThan: 10, threshold: 1, minimumCalls: 2, window }
    const failureRate = { threshold: 0.1, minimumCalls: 1, window }
    const judged = { failureThreshold: 1, failureRate, successThreshold: 5, isFailure: () => true, ignore: () => true }
    const { clock, registry } = newRegistry({ policy: { ...judged, slowCalls, timeout: 1, openTimeout: 1 } })
    const breaker = new CircuitBreaker(async () => clock.advance(11), { name: 'mail', registry })
    await breaker.fire()
    expect(breaker.closed).toBe(true)
    await breaker.fire()
    expect(breaker.opened).toBe(true)
    expect(registry.breaker('mail').policy).toMatchObject({
      ...{ failureThreshold: null, failureRate: null, isFailure: null, ignore: null, timeoutMs: null },
      ...{ successThreshold: 1, halfOpenMaxCalls: 1, openTimeoutMs: 30_000, slowCalls: { threshold: 1 } },
    })
  })

  it('restores the state that a breaker of the name had', () => {
    const { registry } = newRegistry()
    registry.breaker('mail').trip('before')
    const restored = newRegistry({ snapshot: registry.snapshot() }).registry
    const breaker = new CircuitBreaker(works, { name: 'mail', registry: restored })
    expect([breaker.opened, breaker.status.window[0]?.isCircuitBreakerOpen]).toEqual([true, true])
  })

  it('rejects, when it was closed, with its own error', async () => {
    const { registry } = newRegistry()
    const breaker = new CircuitBreaker(works, { name: 'mail', registry })
    await registry.close()
    await expect(breaker.fire()).rejects.toMatchObject({ code: 'REGISTRY_CLOSED' })
    breaker.shutdown()
    expect(breaker.isShutdown).toBe(true)
  })

  afterEach(() => {
    vi.useRealTimers()
  })
})

describe('an operator', () => {
  it('opens, closes and disables, and the breaker tells it', async () => {
    const { clock, registry } = newRegistry()
    const breaker = new CircuitBreaker(works, { name: 'mail', registry, resetTimeout: 50 })
    const journal = journalOf(breaker)
    const mail = registry.breaker('mail')
    mail.isolate()
    expect([breaker.opened, breaker.pendingClose]).toEqual([true, false])
    await expect(breaker.fire()).rejects.toMatchObject({ code: 'EOPENBREAKER' })
    mail.trip('again')
    mail.reset()
    expect(breaker.closed).toBe(true)
    mail.disable()
    expect([breaker.enabled, breaker.closed]).toEqual([false, true])
    breaker.enable()
    expect([breaker.enabled, mail.state]).toEqual([true, 'closed'])
    mail.trip('once more')
    clock.advance(50)
    expect(breaker.halfOpen).toBe(true)
    expect(await breaker.fire()).toBe('done')
    expect(journal).toEqual(['open', 'close', 'open', 'halfOpen', 'close'])
  })

  it('finds a closed one untouched by close(): its calls in flight still count', async () => {
    const { registry } = newRegistry()
    const breaker = new CircuitBreaker(works, { name: 'mail', registry })
    const call = breaker.fire()
    breaker.close()
    await call
    expect(registry.stats()[0]?.calls).toMatchObject({ succeeded: 1, late: 0 })
  })

  it('sees what the breaker is told', () => {
    const { registry } = newRegistry()
    const breaker = new CircuitBreaker(works, { name: 'mail', registry })
    breaker.open()
    expect(registry.state('mail')).toBe('open')
    breaker.disable()
    expect(registry.state('mail')).toBe('disabled')
    breaker.enable()
    expect(registry.state('mail')).toBe('open')
    breaker.close()
    expect(registry.state('mail')).toBe('closed')
  })
})

describe('errors', () => {
  it('are known as ours by whatever they are asked of', async () => {
    const { registry } = newRegistry()
    const breaker = new CircuitBreaker(works, { name: 'mail', registry })
    breaker.open()
    const error = await breaker.fire().catch((error: unknown) => error)
    expect([error, new Error('boom'), null, 'text'].map(CircuitBreaker.isOurError)).toEqual([true, false, false, false])
    expect(error).toBeInstanceOf(Error)
  })
})
