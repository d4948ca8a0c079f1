import { describe, expect, it } from 'vitest'
import { type ConcurrencyLimitError, isBreakerError, type PolicyOptions } from '../../../src/index.ts'
import { acquire, DOWN, errorOf, fail, hold, jobsDone } from '../../support/calls.ts'
import { EVERY_WAY, hear, newBreaker, newHalfOpen, START, statesIn } from '../../support/registries.ts'

const codeOf = async (promise: Promise<unknown>) => ((await errorOf(promise)) as { code?: string }).code

describe.each(EVERY_WAY)('a limit of concurrent calls, $way', ({ how }) => {
  const newLimited = (policy: PolicyOptions) => newBreaker(policy, how)

  it('refuses a call beyond it, without running it: that is no failure', async () => {
    const { breaker } = newLimited({ maxConcurrent: 2, failureThreshold: 1 })
    const calls = [hold(breaker), hold(breaker)]
    let ran = false
    const fn = () => {
      ran = true
    }
    const error = (await errorOf(breaker.call(fn))) as ConcurrencyLimitError
    expect(isBreakerError(error, 'CONCURRENCY_LIMIT')).toBe(true)
    expect(error).toMatchObject({ name: 'ConcurrencyLimitError', endpoint: 'a', maxConcurrent: 2, maxQueued: 0 })
    expect(error.message).toBe('the call to "a" was not made: maxConcurrent = 2 calls are in flight')
    expect(ran).toBe(false)
    expect(breaker.stats()).toMatchObject({
      state: 'closed',
      consecutiveFailures: 0,
      concurrency: { inFlight: 2, queued: 0 },
      calls: { allowed: 2, rejected: 0, failed: 0, ignored: 0, limited: 1 },
    })
    await calls[0]?.succeed()
    expect(await breaker.call(() => 'ok')).toBe('ok')
  })

  it('has calls wait, first come first served, as many as it may', async () => {
    const { breaker, registry } = newLimited({ maxConcurrent: 1, maxQueued: 2 })
    const limited = hear(registry, 'limited')
    const first = hold(breaker)
    const ran: string[] = []
    const call = (name: string) => breaker.call(() => ran.push(name))
    const waiting = [call('second'), call('third')]
    const error = (await errorOf(call('fourth'))) as Error
    expect(error.message).toBe(
      'the call to "a" was not made: maxConcurrent = 1 calls are in flight, and maxQueued = 2 wait',
    )
    expect(limited).toEqual([{ endpoint: 'a', generation: 0, inFlight: 1, queued: 2, at: START }])
    expect(breaker.stats().concurrency).toEqual({ inFlight: 1, queued: 2 })
    await first.fail()
    await Promise.all(waiting)
    expect(ran).toEqual(['second', 'third'])
    expect(breaker.stats()).toMatchObject({
      concurrency: { inFlight: 0, queued: 0 },
      calls: { allowed: 3, succeeded: 2, failed: 1, limited: 1 },
    })
  })

  it('gives the place back whatever the call does, once', async () => {
    const { breaker, clock } = newLimited({ maxConcurrent: 1, timeout: '1s', failureThreshold: null })
    const inFlight = () => breaker.stats().concurrency?.inFlight
    const thrown = errorOf(
      breaker.call(() => {
        throw DOWN
      }),
    )
    expect(await thrown).toBe(DOWN)
    expect(inFlight()).toBe(0)
    await errorOf(breaker.call(() => Promise.reject(DOWN)))
    expect(inFlight()).toBe(0)
    const late = hold(breaker)
    clock.advance('1s')
    expect(await codeOf(late.ended)).toBe('CALL_TIMEOUT')
    expect(inFlight()).toBe(0)
    const next = hold(breaker)
    await late.succeed()
    await jobsDone()
    expect(inFlight()).toBe(1)
    await next.succeed()
    expect(inFlight()).toBe(0)
  })

  it('counts permits, which give their place back at the first report', () => {
    const { breaker } = newLimited({ maxConcurrent: 2, maxQueued: 5 })
    const [one, two] = [acquire(breaker), acquire(breaker)]
    expect(breaker.allows()).toBe(false)
    expect(breaker.tryAcquire()).toBeUndefined()
    expect(breaker.stats().calls.limited).toBe(1)
    one.success()
    one.failure()
    one.ignore()
    expect(breaker.stats().concurrency).toEqual({ inFlight: 1, queued: 0 })
    two.failure()
    expect(breaker.stats().concurrency).toEqual({ inFlight: 0, queued: 0 })
    expect(breaker.allows()).toBe(true)
  })

  it('is asked after the breaker: an open one rejects as such, and a probe without a place takes no permit', async () => {
    const { breaker, clock } = newLimited({ maxConcurrent: 1, openTimeout: '10s', successThreshold: 1 })
    const late = hold(breaker)
    breaker.trip()
    expect(await codeOf(breaker.call(() => 'ok'))).toBe('BREAKER_OPEN')
    clock.advance('10s')
    expect(await codeOf(breaker.call(() => 'ok'))).toBe('CONCURRENCY_LIMIT')
    expect(breaker.tryAcquire()).toBeUndefined()
    expect(breaker.stats()).toMatchObject({ state: 'halfOpen', probesInFlight: 0, concurrency: { inFlight: 1 } })
    await late.succeed()
    expect(await breaker.call(() => 'ok')).toBe('ok')
    expect(breaker.state).toBe('closed')
  })

  it('of which permits are fewer while half-open: who has no permit is rejected, and does not wait', async () => {
    const { breaker } = newHalfOpen({ maxConcurrent: 1, maxQueued: 5 }, how)
    const probe = hold(breaker)
    expect(await codeOf(breaker.call(() => 'ok'))).toBe('BREAKER_OPEN')
    await probe.succeed()
  })

  it('admits who waits for it anew: a breaker that has opened rejects all of them at once', async () => {
    const { breaker, registry } = newLimited({ maxConcurrent: 1, maxQueued: 3 })
    const limited = hear(registry, 'limited')
    const first = hold(breaker)
    const waiting = [1, 2, 3].map(() => codeOf(breaker.call(() => 'never run')))
    breaker.trip('maintenance')
    expect(await Promise.all(waiting)).toEqual(['BREAKER_OPEN', 'BREAKER_OPEN', 'BREAKER_OPEN'])
    expect(breaker.stats()).toMatchObject({
      concurrency: { inFlight: 1, queued: 0 },
      calls: { allowed: 1, rejected: 3, limited: 0 },
    })
    await first.succeed()
    expect(breaker.stats().concurrency).toEqual({ inFlight: 0, queued: 0 })
    expect(limited).toEqual([])
  })

  it('rejects who waits when the failure that frees the place opens the breaker', async () => {
    const { breaker } = newLimited({ maxConcurrent: 1, maxQueued: 3, failureThreshold: 1 })
    const first = hold(breaker)
    const waiting = codeOf(breaker.call(() => 'never run'))
    await first.fail()
    expect(await waiting).toBe('BREAKER_OPEN')
  })

  it('keeps nobody waiting whose signal is aborted: he is counted nowhere', async () => {
    const { breaker } = newLimited({ maxConcurrent: 1, maxQueued: 3 })
    const first = hold(breaker)
    const leave = new AbortController()
    const left = errorOf(breaker.call(() => 'never run', { signal: leave.signal, fallback: () => 'not asked' }))
    const generations = breaker.call(() => 'ok')
    leave.abort('enough')
    expect(await left).toBe('enough')
    expect(breaker.stats().concurrency).toEqual({ inFlight: 1, queued: 1 })
    await first.succeed()
    expect(await generations).toBe('ok')
    expect(breaker.stats().calls).toMatchObject({ allowed: 2, succeeded: 2, ignored: 0, limited: 0 })
  })

  it('runs the time of a call from when it is run; a deadline of the caller’s bounds the wait, too', async () => {
    const { breaker, clock } = newLimited({ maxConcurrent: 1, maxQueued: 3, timeout: '1s' })
    const permit = acquire(breaker)
    const second = hold(breaker)
    const deadline = new AbortController()
    const fallback = (error: unknown, { outcome }: { outcome: string }) => [(error as Error).name, outcome]
    const impatient = breaker.call(() => 'never run', { signal: deadline.signal, fallback })
    clock.advance('10s')
    deadline.abort(new DOMException('too long', 'TimeoutError'))
    expect(await impatient).toEqual(['TimeoutError', 'timeout'])
    permit.success()
    await jobsDone()
    clock.advance(999)
    expect(breaker.stats().concurrency).toEqual({ inFlight: 1, queued: 0 })
    clock.advance(1)
    expect(await codeOf(second.ended)).toBe('CALL_TIMEOUT')
    expect(breaker.stats().calls).toMatchObject({ failed: 1, timedOut: 1, ignored: 0 })
  })

  it('has who waits run under the policy of that time', async () => {
    const { breaker, registry, clock } = newLimited({ maxConcurrent: 1, maxQueued: 3 })
    const permit = acquire(breaker)
    const [second, third] = [hold(breaker), hold(breaker, { timeout: null })]
    registry.configure('a', { maxConcurrent: 2, maxQueued: 3, timeout: '1s' })
    permit.success()
    await jobsDone()
    clock.advance('1s')
    expect(await codeOf(second.ended)).toBe('CALL_TIMEOUT')
    clock.advance('1h')
    await third.succeed()
    expect(await third.ended).toBe('ok')
  })

  it('admits who has waited in the generation in which he comes to run', async () => {
    const { breaker } = newLimited({ maxConcurrent: 1, maxQueued: 3 })
    const permit = acquire(breaker)
    const [second, third] = [undefined, new AbortController().signal].map((signal) =>
      breaker.call(({ generation }) => generation, { signal }),
    )
    permit.success()
    breaker.reset()
    expect(await second).toBe(breaker.generation)
    expect(await third).toBe(breaker.generation)
    expect(breaker.stats().calls).toMatchObject({ late: 0, succeeded: 3 })
  })

  it('keeps the places of calls that a reset has made late until they end', async () => {
    const { breaker } = newLimited({ maxConcurrent: 1, maxQueued: 1 })
    const first = hold(breaker)
    const second = breaker.call(({ generation }) => generation)
    breaker.reset()
    await jobsDone()
    expect(breaker.stats().concurrency).toEqual({ inFlight: 1, queued: 1 })
    await first.succeed()
    expect(await second).toBe(breaker.generation)
    expect(breaker.stats()).toMatchObject({ concurrency: { inFlight: 0 }, calls: { late: 1, succeeded: 1 } })
  })

  it('that is raised, or taken away, lets in who waits; one that is lowered waits for calls to end', async () => {
    const { breaker, registry } = newLimited({ maxConcurrent: 1, maxQueued: 9 })
    const calls = [1, 2, 3, 4].map(() => hold(breaker))
    registry.configure('a', { maxConcurrent: 2, maxQueued: 9 })
    await jobsDone()
    expect(breaker.stats().concurrency).toEqual({ inFlight: 2, queued: 2 })
    registry.configure('a', { maxConcurrent: 1, maxQueued: 0 })
    expect(await codeOf(breaker.call(() => 'ok'))).toBe('CONCURRENCY_LIMIT')
    await calls[0]?.succeed()
    await jobsDone()
    expect(breaker.stats().concurrency).toEqual({ inFlight: 1, queued: 2 })
    registry.configure('a', {})
    await jobsDone()
    expect(calls.every(({ context }) => context !== undefined)).toBe(true)
    expect(breaker.stats().concurrency).toBe(null)
    for (const call of calls) await call.succeed()
    registry.configure('a', { maxConcurrent: 1 })
    expect(breaker.stats()).toMatchObject({ concurrency: { inFlight: 0, queued: 0 }, calls: { succeeded: 4 } })
  })

  it('that is taken away forgets no place of a permit that is reported after it', () => {
    const { breaker, registry } = newLimited({ maxConcurrent: 1, latencySampling: 0 })
    const permit = acquire(breaker)
    registry.configure('a', { latencySampling: 0 })
    permit.success()
    registry.configure('a', { maxConcurrent: 1 })
    expect(breaker.stats().concurrency).toEqual({ inFlight: 0, queued: 0 })
  })

  it('has who waits at a breaker that is deleted call the new one of its name', async () => {
    const { breaker, registry } = newLimited({ maxConcurrent: 1, maxQueued: 3 })
    const first = hold(breaker)
    const second = breaker.call(() => 'second')
    const third = breaker.call(() => 'third')
    registry.delete('a')
    expect(await Promise.all([second, third])).toEqual(['second', 'third'])
    await first.succeed()
    expect(registry.breaker('a').stats()).toMatchObject({
      concurrency: { inFlight: 0, queued: 0 },
      calls: { allowed: 2, succeeded: 2, late: 0 },
    })
  })

  it('has who waits in a registry that is closed hear of it at once', async () => {
    const { breaker, registry } = newLimited({ maxConcurrent: 1, maxQueued: 3 })
    const first = hold(breaker)
    const waiting = [codeOf(breaker.call(() => 'never run')), codeOf(breaker.acquire())]
    void registry.close()
    expect(await Promise.all(waiting)).toEqual(['REGISTRY_CLOSED', 'REGISTRY_CLOSED'])
    await first.succeed('in flight')
    expect(await first.ended).toBe('in flight')
  })

  it('asks the fallback about a refusal', async () => {
    const { breaker } = newLimited({ maxConcurrent: 1 })
    const first = hold(breaker)
    const fallback = (error: unknown, { outcome }: { outcome: string }) => [(error as Error).name, outcome]
    expect(await breaker.call(() => 'ok', { fallback })).toEqual(['ConcurrencyLimitError', 'rejected'])
    expect(breaker.stats().calls).toMatchObject({ limited: 1, fallbacks: 1 })
    await first.succeed()
  })

  it('is waited for by who asks for a permit, in the same queue', async () => {
    const { breaker } = newLimited({ maxConcurrent: 1, maxQueued: 2 })
    const first = acquire(breaker)
    const order: string[] = []
    const second = breaker.acquire().then((permit) => {
      order.push('second')
      return permit
    })
    const third = breaker.call(() => order.push('third'))
    const leave = new AbortController()
    expect(await codeOf(breaker.acquire({ signal: leave.signal }))).toBe('CONCURRENCY_LIMIT')
    first.success()
    const permit = await second
    permit.success()
    await third
    expect(order).toEqual(['second', 'third'])
    breaker.trip()
    expect(await codeOf(breaker.acquire())).toBe('BREAKER_OPEN')
    expect(await errorOf(breaker.acquire({ signal: AbortSignal.abort('enough') }))).toBe('enough')
    expect(breaker.stats().concurrency).toEqual({ inFlight: 0, queued: 0 })
  })

  it('is told of what it counts, by readers of what has changed and in snapshots', async () => {
    const { breaker, registry } = newLimited({ maxConcurrent: 1, maxQueued: 1 })
    const changes = registry.changes()
    const read = () => [...changes.read()].map(({ concurrency }) => concurrency)
    const first = hold(breaker)
    expect(read()).toEqual([{ inFlight: 1, queued: 0 }])
    const leave = new AbortController()
    const second = errorOf(breaker.call(() => 'ok', { signal: leave.signal }))
    expect(read()).toEqual([{ inFlight: 1, queued: 1 }])
    expect(breaker.tryAcquire()).toBeUndefined()
    expect(read()).toHaveLength(1)
    leave.abort()
    await second
    expect(read()).toEqual([{ inFlight: 1, queued: 0 }])
    expect(read()).toEqual([])
    const snapshot = registry.snapshot()
    const { registry: next } = newBreaker({}, { ...how, snapshot })
    expect(next.breaker('a').stats().calls.limited).toBe(1)
    await first.succeed()
  })

  it('tells an evicted breaker’s waiting calls to call it anew', async () => {
    const { breaker, registry } = newBreaker({ maxConcurrent: 1, maxQueued: 3 }, { ...how, maxBreakers: 1 })
    const first = hold(breaker)
    const second = breaker.call(() => 'second')
    registry.breaker('b')
    expect(await second).toBe('second')
    expect(statesIn(registry)).toEqual([{ endpoint: 'a', state: 'closed' }])
    await first.succeed()
  })

  it('counts failures of those who waited as those of others', async () => {
    const { breaker } = newLimited({ maxConcurrent: 1, maxQueued: 9, failureThreshold: 3 })
    const first = hold(breaker)
    const waiting = [1, 2, 3].map(() => codeOf(breaker.call(() => Promise.reject(DOWN))))
    await first.fail()
    expect(await Promise.all(waiting)).toEqual([undefined, undefined, 'BREAKER_OPEN'])
    expect(breaker.stats().calls).toMatchObject({ failed: 3, rejected: 1 })
  })
})

describe('the options of a limit', () => {
  it('are checked, and a queue needs a limit', () => {
    const { registry } = newBreaker()
    const messageOf = (policy: unknown) => {
      try {
        registry.configure('a', policy as PolicyOptions)
        return 'none'
      } catch (error) {
        return (error as Error).message
      }
    }
    expect(messageOf({ maxConcurrent: 0 })).toContain('policy.maxConcurrent: expected a whole number of at least 1')
    expect(messageOf({ maxConcurrent: '5' })).toContain('policy.maxConcurrent: expected')
    expect(messageOf({ maxConcurrent: 5, maxQueued: -1 })).toContain('policy.maxQueued: expected a whole number')
    expect(messageOf({ maxQueued: 1 })).toContain(
      'policy.maxQueued: expected maxConcurrent beside it, or there is nothing to wait for, received maxConcurrent: null',
    )
    expect(messageOf({ maxQueued: 0 })).toBe('none')
    expect(messageOf({ maxConcurrent: 5, maxQueued: 1 })).toBe('none')
  })

  it('go over those of an outer policy: without a limit there is no queue', () => {
    const { registry } = newBreaker({}, { policy: { maxConcurrent: 5, maxQueued: 10 } })
    expect(registry.breaker('b', { maxConcurrent: 2 }).policy).toMatchObject({ maxConcurrent: 2, maxQueued: 10 })
    expect(registry.breaker('c', { maxConcurrent: null }).policy).toMatchObject({ maxConcurrent: null, maxQueued: 0 })
  })

  it('cost nothing where they are not given: such a breaker has no places', async () => {
    const { breaker } = newBreaker()
    await fail(breaker, 2)
    expect(breaker.stats().concurrency).toBe(null)
  })
})
