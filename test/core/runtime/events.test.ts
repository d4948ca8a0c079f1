import { once } from 'node:events'
import { inspect } from 'node:util'
import { describe, expect, it, vi } from 'vitest'
import type { EventName, RegistryEvents } from '../../../src/index.ts'
import { errorOf, fail, jobsDone, rejected, succeed } from '../../support/calls.ts'
import { hear, newBreaker, newRegistry, START } from '../../support/registries.ts'

describe('a listener', () => {
  it('hears each transition once, in order, with times and reasons (R24)', async () => {
    const { breaker, clock, registry } = newBreaker({ failureThreshold: 1, successThreshold: 1 })
    const transitions = hear(registry, 'transition')
    await fail(breaker)
    clock.advance(30_000)
    await succeed(breaker)
    const endpoint = 'a'
    expect(transitions).toEqual([
      {
        endpoint,
        from: 'closed',
        to: 'open',
        generation: 1,
        reason: { type: 'consecutiveFailures', failures: 1, threshold: 1 },
        at: START,
        time: expect.any(Number),
      },
      {
        endpoint,
        from: 'open',
        to: 'halfOpen',
        generation: 2,
        reason: { type: 'openTimeElapsed' },
        at: START + 30_000,
        time: expect.any(Number),
      },
      {
        endpoint,
        from: 'halfOpen',
        to: 'closed',
        generation: 3,
        reason: { type: 'probeSuccesses', successes: 1, threshold: 1 },
        at: START + 30_000,
        time: expect.any(Number),
      },
    ])
  })

  it('hears each rejection, and when that was (R02, R60)', async () => {
    const { breaker, registry } = newBreaker()
    const rejections = hear(registry, 'rejected')
    breaker.trip()
    await rejected(breaker)
    breaker.tryAcquire()
    expect(rejections).toEqual([
      { endpoint: 'a', state: 'open', generation: 1, by: 'breaker', at: START },
      { endpoint: 'a', state: 'open', generation: 1, by: 'breaker', at: START },
    ])
  })

  it('hears no more once it has unsubscribed, the same function twice subscribed hears on (R32)', () => {
    const { breaker, registry } = newBreaker()
    let heard = 0
    const listener = () => {
      heard++
    }
    const [unsubscribe] = [registry.on('transition', listener), registry.on('transition', listener)]
    breaker.trip()
    expect(heard).toBe(2)
    unsubscribe()
    unsubscribe()
    breaker.reset()
    expect(heard).toBe(3)
  })

  it('that throws reaches no caller and no actor; it is reported once (R32)', async () => {
    const { breaker, registry } = newBreaker({ failureThreshold: 1 })
    const errors = hear(registry, 'error')
    const mistake = new Error('a mistake in the listener')
    registry.on('transition', () => {
      throw mistake
    })
    const after = hear(registry, 'transition')
    const down = new Error('down')
    const { actor } = breaker
    expect(await errorOf(breaker.call(() => Promise.reject(down)))).toBe(down)
    expect(errors, 'of no breaker').toStrictEqual([{ source: 'listener', error: mistake }])
    expect(after, 'the next listener hears, too').toHaveLength(1)
    expect(breaker.actor).toBe(actor)
    expect(breaker.state).toBe('open')
  })

  for (const name of ['rejected', 'probe', 'late', 'created', 'deleted', 'policyIgnored'] as EventName[]) {
    it(`of ${name} that throws reaches no caller (R32)`, async () => {
      const { registry, clock } = newRegistry()
      const errors = hear(registry, 'error')
      hear(registry, 'policyIgnored')
      registry.on(name, () => {
        throw new Error('a mistake')
      })
      const breaker = registry.breaker('a', {})
      registry.breaker('a', { failureThreshold: 9 })
      const permit = breaker.tryAcquire()
      breaker.trip()
      permit?.success()
      expect((await rejected(breaker)).code).toBe('BREAKER_OPEN')
      clock.advance(30_000)
      expect(await succeed(breaker)).toBe('ok')
      registry.delete('a')
      expect(errors).toMatchObject([{ source: 'listener', error: new Error('a mistake') }])
    })
  }

  it('that is async and rejects is reported, and ends no process (R32)', async () => {
    const { breaker, registry } = newBreaker()
    const errors = hear(registry, 'error')
    registry.on('transition', async () => {
      throw new Error('too late')
    })
    breaker.trip()
    await jobsDone()
    expect(errors).toEqual([{ source: 'listener', error: new Error('too late') }])
  })

  it('of errors that throws is a warning, and is not told of itself (R32)', async () => {
    const { breaker, registry } = newBreaker()
    let told = 0
    registry.on('error', () => {
      told++
      throw new Error('worse')
    })
    registry.on('transition', () => {
      throw new Error('bad')
    })
    const warned = once(process, 'warning')
    breaker.trip()
    const [warning] = await warned
    expect(warning).toMatchObject({ code: 'SWITCHGEAR_ERROR', message: expect.stringContaining('worse') })
    expect(told).toBe(1)
    expect(breaker.state).toBe('open')
  })

  it('of errors that is async and rejects is a warning, too (R32)', async () => {
    const { breaker, registry } = newBreaker()
    registry.on('error', async () => {
      throw new Error('worse')
    })
    registry.on('transition', () => {
      throw new Error('bad')
    })
    const warned = once(process, 'warning')
    breaker.trip()
    expect(String((await warned)[0])).toContain('worse')
  })

  it('that throws is a warning where nobody listens for errors (R32)', async () => {
    const { breaker } = newBreaker({
      isFailure: () => {
        throw new Error('a mistake')
      },
    })
    const warned = once(process, 'warning')
    await succeed(breaker)
    const [warning] = await warned
    expect(String(warning)).toContain('isFailure of "a" went wrong: Error: a mistake')
  })

  it('that throws what cannot be printed reaches no caller, and the next event is heard (R32)', async () => {
    const { breaker, registry } = newBreaker()
    const unprintable = {
      [inspect.custom]() {
        throw new Error('not printable')
      },
    }
    const unsubscribe = registry.on('transition', () => {
      throw unprintable
    })
    expect(() => breaker.trip()).not.toThrow()
    unsubscribe()
    const transitions = hear(registry, 'transition')
    expect(() => breaker.reset()).not.toThrow()
    expect(transitions).toHaveLength(1)
    await jobsDone()
  })

  it('hears every event by name (R32)', () => {
    const { registry } = newRegistry()
    const names: Record<EventName, true> = {
      transition: true,
      success: true,
      failure: true,
      timeout: true,
      ignored: true,
      fallback: true,
      rejected: true,
      limited: true,
      nested: true,
      late: true,
      probe: true,
      overridden: true,
      created: true,
      deleted: true,
      configured: true,
      policyIgnored: true,
      restarted: true,
      escalated: true,
      error: true,
    } satisfies Record<keyof RegistryEvents, true>
    for (const name of Object.keys(names) as EventName[]) expect(registry.on(name, () => {})).toBeTypeOf('function')
  })
})

describe('a warning', () => {
  /** What the process is warned of meanwhile. */
  function warningsIn(code: () => void): string[] {
    const emitWarning = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    try {
      code()
      return emitWarning.mock.calls.map(([message]) => `${message}`)
    } finally {
      emitWarning.mockRestore()
    }
  }

  /** Each failure of its breakers is judged by a classifier that throws what it is given. */
  const { registry } = newRegistry({
    policy: {
      failureThreshold: null,
      isFailure: {
        error: (error) => {
          throw error
        },
      },
    },
  })

  it('says whose code it was and where, once for each source and breaker (R32)', () => {
    const warnings = warningsIn(() => {
      for (const name of ['a', 'b', 'a']) registry.breaker(name).recordFailure(new Error('a mistake'))
    })
    expect(warnings).toHaveLength(2)
    expect(warnings[0]).toMatch(/^isFailure of "a" went wrong: Error: a mistake\n +at .*events\.test/)
    expect(warnings[1]).toMatch(/^isFailure of "b" went wrong/)
  })

  it('of a listener of errors is of no breaker (R32)', () => {
    const made = newBreaker()
    made.registry.on('error', () => {
      throw 'worse'
    })
    const send = () => made.breaker.actor?.send({ type: 'nonsense' } as never)
    expect(warningsIn(send)).toEqual(['listener went wrong: "worse"'])
  })

  it('of an error says what can be said, though it has no stack or nobody can print it (R32)', () => {
    const bare = Object.defineProperty(new Error('bare'), 'stack', { value: undefined })
    const unprintable = Object.defineProperty(new Error('x'), 'stack', {
      get() {
        throw new Error('not printable')
      },
    })
    expect(warningsIn(() => registry.breaker('bare').recordFailure(bare))).toEqual([
      'isFailure of "bare" went wrong: Error: bare',
    ])
    expect(warningsIn(() => registry.breaker('unprintable').recordFailure(unprintable))).toEqual([
      'isFailure of "unprintable" went wrong: something that cannot be printed',
    ])
  })

  it('is told on the console where no process takes it (R32)', () => {
    const { process } = globalThis
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    try {
      for (const [name, other] of Object.entries({ none: undefined, another: {} })) {
        registry.breaker(name, { failureThreshold: 1 })
        globalThis.process = other as never
        registry.breaker(name, { failureThreshold: 2 })
        globalThis.process = process
      }
      const told = (name: string) => [
        `SWITCHGEAR_POLICY_IGNORED: breaker "${name}" has a policy; use configure() to give it another`,
      ]
      expect(warn.mock.calls).toEqual([told('none'), told('another')])
    } finally {
      globalThis.process = process
      warn.mockRestore()
    }
  })

  it('is no flood: a thousand breakers are warned of, and no more (R32)', () => {
    const made = newRegistry({ policy: { ignore: () => 'wrong' as never } })
    const warnings = warningsIn(() => {
      for (let name = 0; name < 1_010; name++) made.registry.breaker(`${name}`).recordFailure('down')
    })
    expect(warnings).toHaveLength(1_000)
  })
})
