// A resource that goes down and comes back, in virtual time.
import { describe, expect, it } from 'vitest'
import { createRegistry, isBreakerError } from '../../src/index.ts'
import { createResource, ResourceUnavailableError } from '../../src/resource/index.ts'
import { retryAfter, shouldRetry } from '../../src/retry/index.ts'
import { DOWN, errorOf, jobsDone, promiseOf } from '../support/calls.ts'
import { CRASH, crash } from '../support/crashes.ts'
import { hear, newRegistry } from '../support/registries.ts'
import { heldCheck, newResource, Pool, query } from './world.ts'

describe('execute', () => {
  it('hands the resource to the function, under its breaker', async () => {
    const { db, pool } = newResource()
    const contexts: object[] = []
    const answer = await db.execute((given, context) => {
      contexts.push(context)
      return given === pool ? given.query() : 'another pool'
    })
    expect(answer).toBe('rows')
    expect(contexts).toMatchObject([{ endpoint: 'db', signal: expect.any(AbortSignal) }])
    expect(db.breaker.stats().calls).toMatchObject({ allowed: 1, succeeded: 1 })
  })

  it('gives the very error of the function, and counts it', async () => {
    const { db, pool } = newResource()
    pool.isUp = false
    expect(await errorOf(db.execute(query))).toBe(DOWN)
    expect(await errorOf(db.execute(query))).toBeInstanceOf(ResourceUnavailableError)
    expect(pool.queries).toBe(1)
  })

  it('tells in the words of the resource why a call was not admitted, and when to try again', async () => {
    const { db, clock, goDown } = newResource({ policy: { openTimeout: '30s' } })
    await goDown()
    clock.advance(400)
    const error = (await errorOf(db.execute(query))) as ResourceUnavailableError
    expect(error).toMatchObject({
      name: 'ResourceUnavailableError',
      code: 'RESOURCE_UNAVAILABLE',
      message: 'resource "db" is not available: 1 consecutive failure (threshold 1)',
      resource: 'db',
      reason: '1 consecutive failure (threshold 1)',
      retryAfterMs: 29_600,
    })
    expect(isBreakerError(error.cause, 'BREAKER_OPEN')).toBe(true)
    expect([shouldRetry(error), retryAfter(error)]).toEqual([true, 29_600])
  })

  it('passes on a rejection by a breaker within the function: that is another resource', async () => {
    const { db, registry } = newResource()
    registry.breaker('cache').trip()
    const error = await errorOf(db.execute(() => registry.call('cache', () => 1)))
    expect(error).toMatchObject({ code: 'BREAKER_OPEN', endpoint: 'cache' })
  })

  it('takes the options of a call; a fallback is told what the caller would have got', async () => {
    const { db, goDown } = newResource()
    const told: unknown[] = []
    const fallback = (error: unknown) => {
      told.push(error)
      return 'stale'
    }
    expect(await db.execute(() => Promise.reject(DOWN), { fallback })).toBe('stale')
    await goDown()
    expect(await db.execute(query, { fallback })).toBe('stale')
    expect(told).toEqual([DOWN, expect.any(ResourceUnavailableError)])
    const signal = AbortSignal.abort(CRASH)
    expect(await errorOf(db.execute(query, { signal }))).toBe(CRASH)
  })

  it('passes on that its breaker has no room for one more, which is no word about the resource', async () => {
    const { db } = newResource({ policy: { maxConcurrent: 1 } })
    const fallback = (_: unknown, ...told: unknown[]) => told
    const held = promiseOf<string>()
    const first = db.execute(() => held.promise)
    expect(await errorOf(db.execute(query))).toMatchObject({ code: 'CONCURRENCY_LIMIT' })
    expect(await db.execute(query, { fallback })).toMatchObject([{ outcome: 'rejected', endpoint: 'db' }])
    held.resolve('rows')
    expect(await first).toBe('rows')
  })

  it('says at once what is wrong with what it is given, and counts nothing', async () => {
    const { db } = newResource()
    const wrong: readonly [unknown, unknown, string][] = [
      ['select 1', undefined, 'execute(fn): expected a function of the resource'],
      [query, null, 'an object: { signal, timeout, fallback, context }'],
      [query, { timeuot: 5 }, 'did you mean timeout?'],
      [query, { fallback: 7 }, 'options.fallback: expected a function'],
    ]
    for (const [fn, options, message] of wrong) {
      expect(await errorOf(db.execute(fn as never, options as never))).toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: expect.stringContaining(message),
      })
    }
    expect(db.breaker.stats().calls.allowed).toBe(0)
  })
})

describe('an open breaker of a resource', () => {
  it('goes half-open when a check passes, long before its open time is over; then calls probe', async () => {
    const { db, pool, checks, goDown, pass, registry } = newResource({ policy: { openTimeout: '5m' } })
    const moves = hear(registry, 'transition')
    await goDown()
    await pass(999)
    expect(checks.count).toBe(0)
    await pass(1)
    expect([checks.count, db.breaker.state]).toEqual([1, 'open'])
    pool.isUp = true
    await pass(2_000)
    expect([checks.count, db.breaker.state]).toEqual([2, 'halfOpen'])
    expect(moves.at(-1)?.reason).toEqual({ type: 'probeRequested', message: 'health check passed' })
    expect(db.recovery).toMatchObject({ state: 'trial', checks: 2, nextCheckMs: null })
    await db.execute(query)
    expect(db.breaker.state).toBe('closed')
    expect(db.recovery).toMatchObject({ state: 'idle', setbacks: 0 })
    await pass(60_000)
    expect(checks.count).toBe(2)
  })

  it('closes when a check passes, under target closed', async () => {
    const { db, pool, goDown, pass } = newResource({ recovery: { target: 'closed' } })
    await goDown()
    pool.isUp = true
    await pass(1_000)
    expect(db.breaker.state).toBe('closed')
    expect(await db.execute(query)).toBe('rows')
  })

  it('is checked after 1, 2, 4 … s, at most every minute, and anew from 1 s when it has closed', async () => {
    const { db, clock, goDown, pass } = newResource({ policy: { openTimeout: '1d' } })
    const waits = async (times: number) => {
      const found: (number | null | undefined)[] = []
      for (let check = 0; check < times; check++) {
        found.push(db.recovery?.nextCheckMs)
        await pass(db.recovery?.nextCheckMs ?? 0)
      }
      return found
    }
    await goDown()
    expect(await waits(8)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000])
    db.breaker.reset()
    expect(clock.pending).toEqual([])
    await goDown()
    expect(await waits(2)).toEqual([1_000, 2_000])
  })

  it('has a check ended by its time, with its signal aborted; a late answer changes nothing', async () => {
    const { answers, check } = heldCheck()
    const { db, goDown, pass, signals } = newResource({ healthCheck: check, recovery: { checkTimeout: '2s' } })
    await goDown()
    await pass(1_000)
    expect(db.recovery).toMatchObject({ state: 'checking', nextCheckMs: null, lastCheck: null })
    await pass(1_999)
    expect(signals[0]?.aborted).toBe(false)
    await pass(1)
    expect(signals[0]?.reason).toMatchObject({ code: 'CALL_TIMEOUT', timeoutMs: 2_000 })
    expect(db.recovery).toMatchObject({ state: 'waiting', nextCheckMs: 2_000, lastCheck: { healthy: false } })
    answers[0]?.resolve(true)
    await jobsDone()
    expect([db.breaker.state, db.recovery?.state]).toEqual(['open', 'waiting'])
    await pass(2_000)
    answers[0]?.resolve(true)
    await jobsDone()
    expect(db.recovery?.state, 'the first answer is none to the second check').toBe('checking')
    answers[1]?.resolve(undefined)
    await jobsDone()
    expect(db.breaker.state, 'an answer other than false').toBe('halfOpen')
  })

  it('is not closed by a check that was under way when an operator took it', async () => {
    for (const hold of ['isolate', 'disable'] as const) {
      const { answers, check } = heldCheck()
      const { db, goDown, pass, signals } = newResource({ healthCheck: check, recovery: { target: 'closed' } })
      await goDown()
      await pass(1_000)
      db.breaker[hold]()
      const { state } = db.breaker
      expect(signals[0]?.aborted).toBe(true)
      answers[0]?.resolve(true)
      await jobsDone()
      expect([db.breaker.state, db.recovery?.state]).toEqual([state, 'idle'])
    }
  })

  it('is not reset by a recovery that an operator has overtaken between the answer and what follows from it', async () => {
    const { db, goDown, pass, pool, registry } = newResource({ recovery: { target: 'closed' } })
    await goDown()
    pool.isUp = true
    // Told before the recovery is: whoever inspects hears of the answer first.
    registry.actor.system.inspect((event) => {
      if (event.type === '@xstate.event' && event.event.type === 'healthy') db.breaker.isolate()
    })
    await pass(1_000)
    expect(db.breaker.state).toBe('forcedOpen')
  })

  it('has no check in its books that an operator has overtaken, where checks probe', async () => {
    const { db, goDown, pass, pool, registry } = newResource({ recovery: { probe: 'healthCheck' } })
    await goDown()
    pool.isUp = true
    registry.actor.system.inspect((event) => {
      if (event.type === '@xstate.event' && event.event.type === 'healthy') db.breaker.disable()
    })
    db.breaker.probe()
    await pass(0)
    expect([db.breaker.state, db.breaker.stats().calls.succeeded]).toEqual(['disabled', 0])
  })

  it('counts nothing for a check that fails while it is open', async () => {
    const { db, clock, goDown, pass } = newResource({ policy: { openTimeout: '30s', openTimeoutFrom: 'lastFailure' } })
    await goDown()
    await pass(10_000)
    expect(db.breaker.stats()).toMatchObject({ retryAfterMs: 20_000, calls: { failed: 1 } })
    expect(clock.pending).toHaveLength(1)
  })

  it('probes by calls after its open time where checks keep failing, and the wait grows at a reopening', async () => {
    const { db, goDown, pass } = newResource({ policy: { openTimeout: '3s' } })
    await goDown()
    await pass(1_000)
    await pass(2_000)
    expect([db.breaker.state, db.recovery?.state]).toEqual(['halfOpen', 'trial'])
    expect(await errorOf(db.execute(query))).toBe(DOWN)
    expect(db.recovery).toMatchObject({ state: 'waiting', setbacks: 2, nextCheckMs: 4_000 })
  })

  it('is left to its open time with recovery false', async () => {
    const { db, checks, clock, goDown } = newResource({ recovery: false, policy: { openTimeout: '30s' } })
    await goDown()
    clock.advance(29_999)
    expect([checks.count, db.recovery, db.breaker.state]).toEqual([0, null, 'open'])
    clock.advance(1)
    expect([checks.count, db.breaker.state]).toEqual([0, 'halfOpen'])
  })
})

describe('a resource whose checks probe', () => {
  const recovery = { probe: 'healthCheck' } as const

  it('closes by checks alone: no call is risked', async () => {
    const { db, pool, checks, goDown, pass } = newResource({ recovery, policy: { successThreshold: 3 } })
    expect(db.breaker.policy.probes).toBe('reports')
    await goDown()
    pool.isUp = true
    await pass(1_000)
    expect([db.breaker.state, checks.count], 'and is checked again at once').toEqual(['halfOpen', 2])
    expect(await errorOf(db.execute(query))).toMatchObject({ code: 'RESOURCE_UNAVAILABLE', retryAfterMs: 1_000 })
    await pass(600)
    const error = await errorOf(db.execute(query))
    expect(error).toMatchObject({ retryAfterMs: 400, cause: { retryAfterMs: 400 } })
    expect([shouldRetry(error), retryAfter(error)]).toEqual([true, 400])
    await pass(400)
    expect([db.breaker.state, checks.count]).toEqual(['halfOpen', 3])
    await pass(1_000)
    expect([db.breaker.state, checks.count]).toEqual(['closed', 4])
    expect(pool.queries).toBe(1)
    expect(await db.execute(query)).toBe('rows')
  })

  it('reopens by a check that fails or takes too long, and waits longer', async () => {
    for (const ill of ['fails', 'hangs'] as const) {
      let isWell = true
      const hang = new Promise(() => {})
      const healthCheck = () => isWell || (ill === 'hangs' ? hang : Promise.reject(CRASH))
      const { db, goDown, pass, registry } = newResource({ recovery, healthCheck, policy: { successThreshold: 2 } })
      const failures = hear(registry, 'failure')
      const timeouts = hear(registry, 'timeout')
      await goDown()
      await pass(1_000)
      expect(db.breaker.state).toBe('halfOpen')
      isWell = false
      await pass(1_000)
      if (ill === 'hangs') await pass(5_000)
      expect(db.breaker.state).toBe('open')
      expect(db.recovery).toMatchObject({ state: 'waiting', setbacks: 1, nextCheckMs: 2_000 })
      if (ill === 'fails') expect(failures.at(-1)).toMatchObject({ error: CRASH })
      else expect(timeouts.at(-1)).toMatchObject({ error: { code: 'CALL_TIMEOUT' } })
    }
  })

  it('lets calls in by a ramp where its policy has one, and is checked on the way; a check that fails reopens', async () => {
    const policy = { recoveryRamp: { duration: '10s', from: 0.5 } } as const
    const { db, pool, checks, goDown, pass } = newResource({ recovery, policy })
    await goDown()
    pool.isUp = true
    await pass(1_000)
    expect([db.breaker.state, checks.count], 'on its ramp').toEqual(['halfOpen', 2])
    const answers = await Promise.all([1, 2, 3, 4].map(() => db.execute(query).catch((error) => error.retryAfterMs)))
    expect(answers.filter((answer) => answer === 'rows')).toHaveLength(2)
    for (const wait of answers.filter((answer) => answer !== 'rows')) expect(wait).toBeGreaterThanOrEqual(10_000)
    await pass(1_000)
    expect([db.breaker.state, checks.count]).toEqual(['halfOpen', 3])
    pool.isUp = false
    await pass(1_000)
    expect([db.breaker.state, db.recovery?.state]).toEqual(['open', 'waiting'])
    pool.isUp = true
    await pass(2_000)
    for (let second = 0; second < 10; second++) await pass(1_000)
    expect(db.breaker.state).toBe('closed')
  })

  it('is checked when its open time is over, without a wait', async () => {
    const { db, pool, checks, goDown, pass } = newResource({ recovery, policy: { openTimeout: '500ms' } })
    await goDown()
    pool.isUp = true
    await pass(500)
    expect([db.breaker.state, checks.count]).toEqual(['closed', 1])
  })

  it('tells the first wait for when to try again while a check is under way', async () => {
    const { check } = heldCheck()
    const { db, goDown, pass } = newResource({ recovery, healthCheck: check, policy: { openTimeout: '500ms' } })
    await goDown()
    await pass(500)
    expect(db.recovery).toMatchObject({ state: 'probing', nextCheckMs: null })
    expect(await errorOf(db.execute(query))).toMatchObject({ retryAfterMs: 1_000 })
  })

  it('has its checks probe where its policy says so, without being told', async () => {
    const { db, pool, goDown, pass } = newResource({ policy: { probes: 'reports' } })
    await goDown()
    pool.isUp = true
    await pass(1_000)
    expect(db.breaker.state).toBe('closed')
    expect(pool.queries).toBe(1)
  })

  it('has its checks probe as soon as it is half-open under a new policy that says so, and calls again under the next', async () => {
    const { db, pool, registry, goDown, pass } = newResource()
    registry.configure('db', { failureThreshold: 1, probes: 'reports', successThreshold: 2 })
    await goDown()
    pool.isUp = true
    await pass(1_000)
    expect([db.breaker.state, db.recovery?.state]).toEqual(['halfOpen', 'probing'])
    expect(await errorOf(db.execute(query))).toMatchObject({ retryAfterMs: 1_000 })
    await pass(1_000)
    expect(db.breaker.state).toBe('closed')
    registry.configure('db', { failureThreshold: 1, probes: 'calls' })
    await goDown()
    pool.isUp = true
    await pass(1_000)
    expect([db.breaker.state, db.recovery?.state]).toEqual(['halfOpen', 'trial'])
  })
})

describe('health()', () => {
  it('runs the check whatever the state, and counts what it comes to', async () => {
    const { db, pool, clock, checks } = newResource({ recovery: false, policy: { openTimeout: '30s' } })
    expect(await db.health()).toEqual({ healthy: true, state: 'closed', durationMs: expect.any(Number) })
    expect(db.breaker.stats().calls.succeeded).toBe(1)
    pool.isUp = false
    const error = expect.objectContaining({ message: 'the health check of "db" answered false' })
    expect(await db.health()).toEqual({ healthy: false, state: 'open', durationMs: expect.any(Number), error })
    expect(await db.health()).toMatchObject({ healthy: false, state: 'open' })
    clock.advance(30_000)
    pool.isUp = true
    expect(await db.health()).toMatchObject({ healthy: true, state: 'closed' })
    db.breaker.isolate()
    expect(await db.health()).toMatchObject({ healthy: true, state: 'forcedOpen' })
    expect(checks.count).toBe(5)
  })

  it('ends a check that takes too long, by its signal, too', async () => {
    const { db, signals } = newResource({
      recovery: { checkTimeout: '20ms' },
      healthCheck: () => new Promise(() => {}),
    })
    const timedOut = { code: 'CALL_TIMEOUT', endpoint: 'db', timeoutMs: 20 }
    expect(await db.health()).toMatchObject({ healthy: false, state: 'open', durationMs: 20, error: timedOut })
    expect(signals[0]?.reason).toMatchObject(timedOut)
  })

  it('is one check for all who ask meanwhile', async () => {
    const { answers, check } = heldCheck()
    const { db, checks } = newResource({ healthCheck: check })
    const asked = [db.health(), db.health()]
    await jobsDone()
    expect(checks.count).toBe(1)
    answers[0]?.reject(CRASH)
    for (const { healthy, error } of await Promise.all(asked)) expect([healthy, error]).toEqual([false, CRASH])
    expect(db.breaker.stats().calls.failed).toBe(1)
    const next = db.health()
    await jobsDone()
    answers[1]?.resolve(true)
    expect((await next).healthy).toBe(true)
  })
})

describe('a check that is not well-behaved', () => {
  const harmless = async (told: Parameters<typeof newResource>[0]) => {
    const made = newResource(told)
    await made.goDown()
    await made.pass(1_000)
    return made
  }

  it('may throw, reject, or answer something whose then throws: it has failed', async () => {
    const thrower = () => {
      throw CRASH
    }
    for (const healthCheck of [
      thrower,
      () => Promise.reject(CRASH),
      () => ({
        // biome-ignore lint/suspicious/noThenProperty: that is the attack
        get then() {
          throw CRASH
        },
      }),
    ]) {
      const { db } = await harmless({ healthCheck })
      expect(db.recovery).toMatchObject({ state: 'waiting', setbacks: 1, lastCheck: { healthy: false, error: CRASH } })
      expect(await db.health()).toMatchObject({ healthy: false, error: CRASH })
    }
  })

  it('may close the registry', async () => {
    const made = newResource({
      healthCheck: () => {
        void made.registry.close()
        return true
      },
    })
    await made.goDown()
    await made.pass(1_000)
    expect([made.db.breaker.state, made.db.recovery, made.clock.pending]).toEqual(['open', null, []])
    expect(await made.db.health()).toMatchObject({ healthy: true, state: 'open' })
  })

  it('may delete the breaker, which starts anew at the next call, with its recovery', async () => {
    const made = newResource({
      healthCheck: (pool) => {
        if (made.registry.has('db')) made.registry.delete('db')
        return pool.isUp
      },
    })
    await made.goDown()
    await made.pass(1_000)
    expect([made.registry.has('db'), made.db.recovery, made.clock.pending]).toEqual([false, null, []])
    expect(made.signals[0]?.aborted).toBe(true)
    await made.goDown()
    expect(made.db.recovery).toMatchObject({ state: 'waiting', checks: 0 })
  })

  it('may call execute and ask for the health', async () => {
    const made = newResource({
      recovery: { checkTimeout: '30ms' },
      async healthCheck() {
        const error = (await errorOf(made.db.execute(query))) as Error
        if (!(error instanceof ResourceUnavailableError)) throw error
        return (await made.db.health()).healthy
      },
    })
    await made.goDown()
    await made.pass(1_000)
    expect(await made.db.health()).toMatchObject({ healthy: false, error: { code: 'CALL_TIMEOUT' } })
  })

  it('may ask for the health before it gives back anything', async () => {
    const made = newResource({
      recovery: { checkTimeout: '30ms' },
      healthCheck: () => made.db.health().then(({ healthy }) => healthy),
    })
    expect(await made.db.health()).toMatchObject({ healthy: false, error: { code: 'CALL_TIMEOUT' } })
    expect(made.checks.count).toBe(1)
  })

  it('may close the resource', async () => {
    const made = newResource({
      healthCheck: () => {
        void made.db.close()
        return true
      },
    })
    await made.goDown()
    await made.pass(1_000)
    expect([made.db.breaker.state, made.db.recovery, made.signals[0]?.aborted]).toEqual(['open', null, false])
  })
})

describe('a recovery', () => {
  it('goes on when the breaker’s actor has crashed; the check of before is called off', async () => {
    const { answers, check } = heldCheck()
    const { db, goDown, pass, signals } = newResource({ healthCheck: check })
    await goDown()
    await pass(1_000)
    await crash(db.breaker)
    expect(signals[0]?.aborted).toBe(true)
    expect(db.recovery).toMatchObject({ state: 'waiting', nextCheckMs: 1_000 })
    await pass(1_000)
    answers[0]?.resolve(true)
    await jobsDone()
    expect(db.recovery?.state).toBe('checking')
    answers[1]?.resolve(true)
    await jobsDone()
    expect(db.breaker.state).toBe('halfOpen')
  })

  it('begins where a restored breaker is', async () => {
    const before = newResource()
    await before.goDown()
    const { clock, registry } = newRegistry({ snapshot: before.registry.snapshot() })
    const db = createResource({
      name: 'db',
      resource: new Pool(),
      registry,
      healthCheck: () => true,
      recovery: { jitter: 0 },
    })
    expect(db.recovery?.state).toBe('waiting')
    clock.advance(1_000)
    await jobsDone()
    expect(db.breaker.state).toBe('halfOpen')
  })

  it('spreads its checks by the seed of the registry and the name', async () => {
    const waits = (seed: number, name: string) => {
      const { registry } = newRegistry({ seed })
      const db = createResource({ name, resource: new Pool(), registry, healthCheck: () => true })
      db.breaker.trip()
      return db.recovery?.nextCheckMs ?? 0
    }
    const found = [waits(1, 'a'), waits(1, 'b'), waits(7, 'a')]
    expect(new Set(found).size).toBe(3)
    expect(waits(1, 'a')).toBe(found[0])
    for (const wait of found) expect(wait > 800 && wait <= 1_000, `${wait}`).toBe(true)
  })

  it('stops with the resource: no timer is left, and the check under way is called off', async () => {
    const { answers, check } = heldCheck()
    const { db, clock, goDown, pass, registry, signals, pool } = newResource({ healthCheck: check })
    await goDown()
    await pass(1_000)
    await db.close()
    expect(signals[0]?.aborted).toBe(true)
    answers[0]?.resolve(true)
    pool.isUp = true
    await pass(29_000)
    expect([db.recovery, clock.pending]).toEqual([null, []])
    const error = await errorOf(db.execute(query))
    expect(error).toMatchObject({ code: 'RESOURCE_UNAVAILABLE', reason: 'it was closed' })
    expect((error as Error).cause).toBeUndefined()
    expect(await db.health()).toMatchObject({ healthy: false, error: { code: 'RESOURCE_UNAVAILABLE' } })
    expect(registry.isClosed, 'which is somebody else’s').toBe(false)
    expect(db.close()).toBe(db.close())
  })
})

describe('createResource', () => {
  it('makes a registry of its own, which goes with the resource', async () => {
    const db = createResource({ name: 'db', resource: new Pool(), healthCheck: () => true })
    expect(await db.execute(query)).toBe('rows')
    await db[Symbol.asyncDispose]()
    expect(await errorOf(db.breaker.call(() => 1))).toMatchObject({ code: 'REGISTRY_CLOSED' })
  })

  it('says at once what is wrong with its options, and makes no breaker', () => {
    const { registry } = newRegistry()
    const good = { name: 'db', resource: new Pool(), healthCheck: () => true, registry }
    const wrong: readonly [object | undefined, string][] = [
      [undefined, 'createResource(options): expected an object'],
      [{ ...good, helthCheck: 1 }, 'did you mean healthCheck?'],
      [{ ...good, name: 7 }, 'options.name: expected the name of the resource'],
      [{ ...good, resource: undefined }, 'options.resource: expected a pool'],
      [{ ...good, resource: Promise.resolve(1) }, 'not the promise of one: await it first'],
      [{ ...good, healthCheck: 'select 1' }, 'options.healthCheck: expected a function of the resource'],
      [{ ...good, registry: {} }, 'options.registry: expected a registry'],
      [{ ...good, recovery: true }, 'options.recovery: expected an object'],
      [{ ...good, recovery: { backoff: 1 } }, 'options.recovery.backoff: expected one of'],
      [{ ...good, recovery: { initialDelay: 0 } }, 'options.recovery.initialDelay: expected a duration above 0'],
      [
        { ...good, recovery: { maxDelay: '10ms' } },
        'options.recovery.maxDelay: expected at least initialDelay (1000 ms)',
      ],
      [{ ...good, recovery: { checkTimeout: '5 parsecs' } }, 'options.recovery.checkTimeout: expected a duration'],
      [{ ...good, recovery: { factor: 0.5 } }, 'options.recovery.factor: expected a number of at least 1'],
      [{ ...good, recovery: { factor: '2' } }, 'options.recovery.factor: expected a number of at least 1'],
      [{ ...good, recovery: { jitter: 20 } }, 'options.recovery.jitter: expected a share from 0 to 1'],
      [{ ...good, recovery: { target: 'open' } }, "options.recovery.target: expected 'halfOpen' or 'closed'"],
      [{ ...good, recovery: { probe: 'health' } }, "options.recovery.probe: expected 'calls' or 'healthCheck'"],
      [
        { ...good, policy: { probes: 'calls' }, recovery: { probe: 'healthCheck' } },
        "options.policy.probes: expected 'reports'",
      ],
    ]
    for (const [options, message] of wrong) {
      expect(() => createResource(options as never), message).toThrow(message)
      expect(() => createResource(options as never)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
    }
    expect(() => createResource({ ...good, policy: { failureThreshold: -1 } })).toThrow('failureThreshold')
    for (const probe of ['calls', 'healthCheck'] as const) {
      const options = { ...good, policy: null as never, recovery: { probe } }
      expect(() => createResource(options)).toThrow(expect.objectContaining({ code: 'INVALID_POLICY' }))
    }
    expect(registry.list()).toEqual([])
  })

  it('takes an initial delay that is longer than the longest wait by default', () => {
    const { registry } = newRegistry()
    const recovery = { initialDelay: '5m', jitter: 0 } as const
    const db = createResource({ name: 'db', resource: {}, registry, healthCheck: () => true, recovery })
    db.breaker.trip()
    expect(db.recovery?.nextCheckMs).toBe(300_000)
  })

  it('refuses a second recovery of the same breaker, and checks that probe where the breaker has another policy', () => {
    const { registry } = newRegistry()
    const options = { name: 'db', resource: {}, registry, healthCheck: () => true }
    const first = createResource(options)
    expect(() => createResource(options)).toThrow('options.name: expected a name that no other resource')
    void first.close()
    createResource(options)
    const silent = createRegistry()
    silent.on('policyIgnored', () => {})
    silent.breaker('db', { failureThreshold: 9 })
    const probing = { ...options, registry: silent, recovery: { probe: 'healthCheck' } as const }
    expect(() => createResource(probing)).toThrow('the breaker has a policy of its own')
  })
})
