// What attacks on the core have found: hostile callers, listeners, clocks and promises, and the moments between two slices.
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { type Clock, createRegistry } from '../../src/index.ts'
import { createVirtualClock } from '../../src/testing/index.ts'
import { hear } from '../support/registries.ts'

/** The virtual clock with other functions in the place of some of its own. */
function virtualClockWith(functions: (clock: Clock) => Partial<Clock>) {
  const virtual = createVirtualClock(1_000)
  const { now, setTimeout, clearTimeout } = virtual
  return { virtual, clock: { now, setTimeout, clearTimeout, ...functions(virtual) } }
}

describe('a clock', () => {
  /** Sets no timer the first time it is asked to. */
  const failsOnce = (how: (fn: () => void) => void) =>
    virtualClockWith(({ setTimeout }) => {
      let asked = 0
      return {
        setTimeout(fn, ms) {
          if (asked++ > 0) return setTimeout(fn, ms)
          how(fn)
          return undefined
        },
      }
    })
  const refuse = () => {
    throw new Error('no timer now')
  }
  it.each([
    { what: 'throws', how: refuse },
    { what: 'calls at once', how: (fn: () => void) => fn() },
  ])('whose setTimeout $what once sets all timers after that one (R05)', async ({ how }) => {
    const { virtual, clock } = failsOnce(how)
    const registry = createRegistry({ clock, policy: { openTimeout: 1_000 } })
    const errors = hear(registry, 'error')
    registry.breaker('a').trip()
    registry.breaker('b').trip()
    const heard = hear(registry, 'transition')
    virtual.advance(1_000)
    expect(heard.map(({ endpoint, to }) => [endpoint, to])).toEqual([
      ['a', 'halfOpen'],
      ['b', 'halfOpen'],
    ])
    await sleep(0)
    expect(errors.map(({ source }) => source)).toEqual(['clock'])
  })

  it('whose setTimeout throws once ends the calls after that one when their time is up (R33)', async () => {
    const { virtual, clock } = failsOnce(refuse)
    const registry = createRegistry({ clock })
    registry.on('error', () => {})
    const ended: string[] = []
    const hang = (name: string) =>
      registry.call(name, () => new Promise<never>(() => {}), { timeout: 10 }).catch(() => ended.push(name))
    void hang('a')
    virtual.advance(50)
    void hang('b')
    virtual.advance(50)
    await sleep(0)
    expect(ended).toEqual(['a', 'b'])
  })

  it('whose setTimeout always throws is told of once, whatever its listener does (R32)', async () => {
    const { clock } = virtualClockWith(() => ({ setTimeout: refuse }))
    const registry = createRegistry({ clock })
    let told = 0
    registry.on('error', () => {
      // Each makes an appointment, and the clock is asked again.
      if (told++ < 50) registry.breaker(`b${told}`).trip()
    })
    registry.breaker('a').trip()
    await sleep(0)
    expect(told).toBe(1)
  })

  it('that sets no timers does not keep the registry from closing (R33)', async () => {
    // Each look takes a ms: every fifth breaker or so ends a slice.
    let now = 1_000
    const clock = { now: () => now++, setTimeout: refuse, clearTimeout: () => {} }
    const registry = createRegistry({ clock })
    registry.on('error', () => {})
    for (let index = 0; index < 20; index++) registry.breaker(`n${index}`).trip()
    const closed = registry.close().then(() => 'closed')
    expect(await Promise.race([closed, sleep(1_000)])).toBe('closed')
  })
})
