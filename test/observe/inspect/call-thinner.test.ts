// Of the calls of a busy breaker so many are shown in each second: in the second second as in the first.
import { expect, it } from 'vitest'
import { CallThinner } from '../../../src/observe/inspect/call-thinner.ts'

it('so many admissions and as many outcomes are shown in each second, to the last of them', () => {
  const thinner = new CallThinner(2)
  for (const second of [0, 1, 2, 7]) {
    for (const type of ['admit', 'succeed']) {
      const held = [0, 1, 2, 3].map((nth) => {
        const event = { type, at: second * 1_000 + nth * 333 }
        const isHeld = thinner.holdsBack(event)
        expect(thinner.take()).toBe(isHeld ? event : null)
        return isHeld
      })
      expect([second, type, held]).toEqual([second, type, [false, false, true, true]])
    }
    expect(thinner.holdsBack({ type: 'trip', at: second * 1_000 })).toBe(false)
  }
})
