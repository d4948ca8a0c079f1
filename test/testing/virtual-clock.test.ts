// The virtual clock: timers fire in order and at their time, also those that timers set; nothing moves by itself.
import { describe, expect, it } from 'vitest'
import { createActor, setup } from 'xstate'
import { createVirtualClock } from '../../src/testing/index.ts'
import { thrownBy } from '../support/calls.ts'

const byTime = ([left, first]: [number, number], [right, second]: [number, number]) => left - right || first - second

/** Random numbers that are the same each time. */
function mulberry(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

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

  it.each([undefined, Number.NaN, -5, null, 'soon'])('takes a delay of %s for none, as the platform does', (delay) => {
    const clock = createVirtualClock(100)
    const fired: string[] = []
    clock.setTimeout(() => fired.push('later'), 10)
    clock.setTimeout(() => fired.push('at once'), delay as number)
    expect(clock.pending).toEqual([100, 110])
    clock.advance(10)
    expect(fired).toEqual(['at once', 'later'])
  })

  it('moves by durations as every option has them', () => {
    const clock = createVirtualClock()
    const fired: number[] = []
    clock.setTimeout(() => fired.push(clock.now()), 10_000)
    clock.advance('9.5s')
    expect([clock.now(), fired]).toEqual([9_500, []])
    clock.advance('500 ms')
    expect(fired).toEqual([10_000])
    clock.stall('2m')
    expect(clock.now()).toBe(130_000)
  })

  it('tells what it expects of a duration', () => {
    const message =
      'advance(duration): expected 0 or a duration above 0: milliseconds or a string such as \'30s\', received "soon"'
    expect(thrownBy(() => createVirtualClock().advance('soon' as never))).toMatchObject({ message })
    expect(thrownBy(() => createVirtualClock(Number.NaN))).toMatchObject({ code: 'INVALID_ARGUMENT' })
  })

  it('keeps the order of thousands of timers, set and cleared at random', () => {
    const clock = createVirtualClock()
    const random = mulberry(1)
    const fired: [dueAt: number, set: number][] = []
    const waiting = new Map<unknown, [number, number]>()
    for (let set = 0; set < 5_000; set++) {
      const dueAt = clock.now() + Math.floor(random() * 500)
      const id = clock.setTimeout(() => {
        fired.push([clock.now(), set])
        waiting.delete(id)
      }, dueAt - clock.now())
      waiting.set(id, [dueAt, set])
      const others = [...waiting.keys()]
      if (random() < 0.4) {
        const other = others[Math.floor(random() * others.length)]
        clock.clearTimeout(other)
        waiting.delete(other)
      }
      if (random() < 0.02) {
        const due = [...waiting.values()].filter(([at]) => at <= clock.now() + 30).toSorted(byTime)
        fired.length = 0
        clock.advance(30)
        expect(fired).toEqual(due)
      }
    }
    expect(clock.pending).toEqual([...waiting.values()].map(([at]) => at).toSorted((a, b) => a - b))
    expect(waiting.size).toBeGreaterThan(100)
  })

  it('moves past 100,000 timers in less than a second', () => {
    const cost = (timers: number) => {
      const times = [1, 2, 3].map(() => {
        const clock = createVirtualClock()
        for (let index = 0; index < timers; index++) clock.setTimeout(() => {}, (index * 7_919) % timers)
        const before = process.cpuUsage()
        clock.advance(timers)
        const { user, system } = process.cpuUsage(before)
        return (user + system) / 1_000
      })
      return Math.min(...times)
    }
    cost(10_000)
    expect(cost(100_000)).toBeLessThan(1_000)
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
