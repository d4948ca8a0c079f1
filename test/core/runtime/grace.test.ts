// Grace: the turn of the loop that what is due after a stall waits for.
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Grace } from '../../../src/core/runtime/grace.ts'

afterEach(() => {
  vi.useRealTimers()
})

describe('grace', () => {
  it('is owed to what is overdue by more than a batch of the scheduler, 5 ms, where time passes by itself (R42)', () => {
    const grace = new Grace(true)
    expect([grace.isOwed(1_000, 1_005), grace.isOwed(1_000, 1_005.1)]).toEqual([false, true])
    expect(new Grace(false).isOwed(1_000, 9_000)).toBe(false)
  })

  it('is given once for what was due when it was asked for, after one turn of the loop (R42)', async () => {
    const grace = new Grace(true)
    grace.give(2_000)
    expect(grace.isOwed(1_000, 2_000), 'while I/O has its turn').toBe(true)
    await new Promise((resolve) => setImmediate(resolve))
    expect(grace.isOwed(2_000, 3_000)).toBe(false)
    expect(grace.isOwed(2_001, 3_000), 'of a later stall').toBe(true)
  })

  it('is asked for twice, and given for the first (R42)', async () => {
    const grace = new Grace(true)
    grace.give(2_000)
    grace.give(3_000)
    await new Promise((resolve) => setImmediate(resolve))
    expect(grace.isOwed(2_001, 9_000)).toBe(true)
  })

  it('is owed to nothing in fake time, where a test says what has passed (R42)', () => {
    vi.useFakeTimers()
    expect(new Grace(true).isOwed(1_000, 9_000)).toBe(false)
  })
})
