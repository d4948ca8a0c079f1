// The links of the list of calls in flight: whoever leaves, those who are left and those who come later are found in their order.
// Every walk along the list is bounded: a list that leads in a circle fails a test, and hangs none.
import { describe, expect, it } from 'vitest'
import { newFlight } from '../../../src/core/runtime/flights.ts'
import { InFlight } from '../../../src/core/runtime/in-flight.ts'
import { acquire } from '../../support/calls.ts'
import { newBreaker } from '../../support/registries.ts'

const SLOWER_THAN = 100
const noTimers = { add: () => ({}), cancel() {}, arm: () => true } as never

/** Every choice of those who leave, in every order. */
const LEAVING = [
  [],
  ...[0, 1, 2].map((one) => [one]),
  ...[0, 1, 2].flatMap((one) => [0, 1, 2].filter((other) => other !== one).map((other) => [one, other])),
  ...[0, 1, 2].flatMap((one) => {
    const [other = 0, last = 0] = [0, 1, 2].filter((index) => index !== one)
    return [
      [one, other, last],
      [one, last, other],
    ]
  }),
]

describe('a list in which three are in flight', () => {
  it.each(LEAVING.map((leaving) => [leaving]))(
    'of which %j leave, has two who come later behind those who are left',
    (leaving) => {
      const list = new InFlight(SLOWER_THAN, noTimers, () => {})
      const flights = [1, 2, 3, 4, 5].map(() => newFlight())
      const begin = (index: number) => list.add(flights[index] as never, index)
      for (const index of [0, 1, 2]) begin(index)
      for (const index of leaving) list.remove(flights[index] as never)
      // Twice is once.
      for (const index of leaving) list.remove(flights[index] as never)
      begin(3)
      begin(4)
      const found: number[] = []
      for (let walk = 0; walk < 10 && !list.isEmpty; walk++) {
        expect(list.isDue(SLOWER_THAN + 1_000)).toBe(true)
        list.takeSlow()
        found.push(...flights.flatMap((flight, index) => (flight.isSlow && !found.includes(index) ? [index] : [])))
      }
      expect(found).toEqual([0, 1, 2, 3, 4].filter((index) => !leaving.includes(index)))
      expect(list.isEmpty).toBe(true)
      list.add(newFlight(), 7)
      expect(list.isEmpty).toBe(false)
    },
  )

  it.each(LEAVING.map((leaving) => [leaving]))(
    'of which %j end, counts the others as slow, each when it is',
    (leaving) => {
      const slowCalls = { slowerThan: SLOWER_THAN, threshold: 1, minimumCalls: 100, window: { calls: 100 } }
      const { breaker, clock } = newBreaker({ failureThreshold: null, slowCalls })
      const begin = () => {
        const permit = acquire(breaker)
        clock.advance(10)
        return permit
      }
      const permits = [begin(), begin(), begin()]
      for (const index of leaving) permits[index]?.ignore()
      permits.push(begin(), begin())
      const began = [0, 10, 20, 30, 40].filter((_, index) => !leaving.includes(index))
      for (let now = 50; now < 200; now++) {
        expect([now, breaker.stats().calls.slow]).toEqual([now, began.filter((at) => at + SLOWER_THAN < now).length])
        clock.advance(1)
      }
      for (const permit of permits) permit.success()
      clock.advance('1h')
      expect(breaker.stats().calls).toMatchObject({ slow: began.length, ignored: leaving.length })
    },
  )
})
