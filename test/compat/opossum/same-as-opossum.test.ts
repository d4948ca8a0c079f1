// The same story told with opossum and with ours: every event with its arguments and its place in the order, what callers
// get, what the breaker shows and counts.
import { describe, expect, it } from 'vitest'
import { both } from './both.ts'
import { storiesOfCalls } from './stories-of-calls.ts'
import { storiesOfStates } from './stories-of-states.ts'

describe('ours and opossum tell the same of', () => {
  it.each(Object.entries({ ...storiesOfCalls, ...storiesOfStates }))('%s', async (_, story) => {
    const { opossum, ours } = await both(story)
    expect(ours).toEqual(opossum)
    expect(ours.length).toBeGreaterThan(0)
  })
})
