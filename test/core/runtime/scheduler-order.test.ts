// The scheduler alone, against a list that is sorted: what a few breakers can never show.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Scheduler } from '../../../src/core/runtime/scheduler.ts'
import type { Task } from '../../../src/core/runtime/task-heap.ts'
import { createVirtualClock } from '../../../src/testing/index.ts'
import { jobsDone } from '../../support/calls.ts'

type Step =
  | { readonly do: 'add'; readonly inMs: number }
  | { readonly do: 'cancel'; readonly which: number }
  | { readonly do: 'advance'; readonly ms: number }

const steps = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ do: fc.constant('add' as const), inMs: fc.nat({ max: 30 }) }) },
    { weight: 5, arbitrary: fc.record({ do: fc.constant('cancel' as const), which: fc.nat({ max: 40 }) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('advance' as const), ms: fc.nat({ max: 8 }) }) },
  ),
  { minLength: 10, maxLength: 120, size: 'max' },
)

it('what is due is done in the order of its time, then of its making, whatever is cancelled in between (R05, R08)', () => {
  const keepsOrder = (history: readonly Step[]) => {
    const clock = createVirtualClock()
    const scheduler = new Scheduler(clock)
    const done: string[] = []
    let expected: { readonly name: string; readonly dueAt: number; readonly task: Task }[] = []
    for (const [index, step] of history.entries()) {
      if (step.do === 'add') {
        const [name, dueAt] = [`${index}`, clock.now() + step.inMs]
        expected.push({ name, dueAt, task: scheduler.add(dueAt, () => done.push(name)) })
      } else if (step.do === 'cancel') {
        const [cancelled] = expected.splice(step.which % Math.max(1, expected.length), 1)
        // Twice is as once.
        if (cancelled !== undefined) for (const _ of [1, 2]) scheduler.cancel(cancelled.task)
      } else {
        const now = clock.now() + step.ms
        const due = expected.filter(({ dueAt }) => dueAt <= now).sort((one, other) => one.dueAt - other.dueAt)
        expected = expected.filter(({ dueAt }) => dueAt > now)
        done.length = 0
        clock.advance(step.ms)
        expect(done).toEqual(due.map(({ name }) => name))
      }
      scheduler.arm()
      expect(clock.pending).toHaveLength(expected.length > 0 ? 1 : 0)
    }
  }
  fc.assert(fc.property(steps, keepsOrder), { numRuns: 200, seed: 1 })
})

it('what was cancelled is let go long before it would have been due (R33)', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const scheduler = new Scheduler(createVirtualClock())
  scheduler.add(1, () => {})
  const cancelled = Array.from({ length: 1_000 }, (_, index) => {
    const task = scheduler.add(1_000 + index, () => {})
    scheduler.cancel(task)
    return new WeakRef(task)
  })
  scheduler.arm()
  await jobsDone()
  collect()
  expect(cancelled.filter((task) => task.deref() !== undefined).length).toBeLessThan(10)
})
