// The virtual clock: timers fire in order and at their time, also those that timers set; nothing moves by itself.
import { describe, expect, it } from 'vitest'
import { createActor, setup } from 'xstate'
import { createVirtualClock } from '../../src/testing/index.ts'
import { thrownBy } from '../support/calls.ts'

describe('the virtual clock (R40)', () => {
  it('stands still, and starts where it is told to', () => {
    const clock = createVirtualClock(1_000)
    expect([clock.now(), createVirtualClock().now()]).toEqual([1_000, 0])
    expect(clock.advanceToNext()).toBe(false)
    expect(clock.now()).toBe(1_000)
  })

  it('fires timers in the order they are due, those due together as they were set, each at its own time', () => {
    const clock = createVirtualClock()
    const fired: string[] = []
    const note = (name: string) => () => fired.push(`${name} at ${clock.now()}`)
    clock.setTimeout(note('late'), 30)
    clock.setTimeout(note('first'), 10)
    clock.setTimeout(note('second'), 10)
    clock.setTimeout(note('at once'), -5)
    expect(clock.pending).toEqual([0, 10, 10, 30])
    clock.advance(29)
    expect(fired).toEqual(['at once at 0', 'first at 10', 'second at 10'])
    clock.advance(1)
    expect(fired.at(-1)).toBe('late at 30')
  })

  it('fires timers that timers set, at their time, within one advance', () => {
    const clock = createVirtualClock()
    const ticks: number[] = []
    const tick = () => {
      ticks.push(clock.now())
      clock.setTimeout(tick, 10)
    }
    clock.setTimeout(tick, 10)
    clock.advance(35)
    expect(ticks).toEqual([10, 20, 30])
    expect([clock.now(), clock.pending]).toEqual([35, [40]])
  })

  it('does not fire what was cleared, nor complains of what is not there', () => {
    const clock = createVirtualClock()
    const fired: number[] = []
    const id = clock.setTimeout(() => fired.push(1), 10)
    clock.clearTimeout(id)
    clock.clearTimeout(id)
    clock.clearTimeout('nonsense')
    clock.advance(20)
    expect([fired, clock.pending]).toEqual([[], []])
  })

  it('stalls: time passes and nothing fires until the event loop runs again', () => {
    const clock = createVirtualClock()
    const fired: number[] = []
    clock.setTimeout(() => fired.push(clock.now()), 10)
    clock.stall(25)
    expect([clock.now(), fired, clock.pending]).toEqual([25, [], [10]])
    clock.advance(0)
    expect(fired).toEqual([25])
  })

  it('goes to the next timer and says whether there was one', () => {
    const clock = createVirtualClock()
    clock.setTimeout(() => {}, 70)
    expect([clock.advanceToNext(), clock.now(), clock.advanceToNext()]).toEqual([true, 70, false])
  })

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY, undefined as unknown as number])('refuses to move by %s', (ms) => {
    for (const move of ['advance', 'stall'] as const) {
      const clock = createVirtualClock()
      expect(thrownBy(() => clock[move](ms))).toMatchObject({ code: 'INVALID_ARGUMENT' })
      expect(clock.now()).toBe(0)
    }
  })

  it('drives XState actors: delayed transitions that follow one another', () => {
    const clock = createVirtualClock()
    const light = setup({}).createMachine({
      initial: 'green',
      states: {
        green: { after: { 20000: 'amber' } },
        amber: { after: { 3000: 'red' } },
        red: { after: { 10000: 'green' } },
      },
    })
    const actor = createActor(light, { clock: clock as never }).start()
    const seen: string[] = []
    actor.subscribe(({ value }) => seen.push(`${value} at ${clock.now()}`))
    clock.advance(33_000)
    expect(seen).toEqual(['amber at 20000', 'red at 23000', 'green at 33000'])
    actor.stop()
    expect(clock.pending).toEqual([])
  })
})
