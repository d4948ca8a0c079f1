// A driver whose promise does not settle: the test says which step waits, for what, and what to do.
import { describe, expect, it, vi } from 'vitest'
import {
  checkPath,
  createVirtualClock,
  type Driver,
  describeBreaker,
  explore,
  generatePaths,
  runtimeDriver,
  type Subject,
  startDriver,
} from '../../src/testing/index.ts'
import { errorOf } from '../support/calls.ts'

const FAST = '20ms'
const never = new Promise<never>(() => {})
const options = { commands: [], results: ['succeed', 'fail'] as const, stalls: false }
const [path] = generatePaths({ failureThreshold: 1 }, { ...options, coverage: 'states' })
if (path === undefined) throw new Error('there are no paths')

/** A sound one, but for these methods. */
function driverWith(methods: Partial<Subject<unknown>>, stepTimeout: Driver['stepTimeout'] = FAST): Driver<unknown> {
  const sound: Driver<unknown> = runtimeDriver()
  return {
    ...sound,
    commands: [],
    canIgnore: false,
    stepTimeout,
    start: async (policy, clock) => ({ ...(await sound.start(policy, clock)), ...methods }),
  }
}

describe('a promise of the driver that does not settle', () => {
  it.each([
    ['admit', { admit: () => never }, 1, 'call 1 is admitted: the promise of admit()'],
    ['settle', { settle: () => never }, 2, "call 1 fails: it opens: the promise of settle(permit, 'fail')"],
    ['tick', { tick: () => never }, 3, 'the promise of tick()'],
  ])('of %s fails the path at that step, in words (R70)', async (_, methods, steps, words) => {
    const found = await checkPath(driverWith(methods), path)
    expect(found).toMatchObject({ steps, isStuck: true, difference: expect.stringContaining(words) })
    expect(found?.difference).toContain('has not settled within 20 ms of real time')
  })

  it('says that the clock may not be connected when nothing waits for it, and else how much does (R70)', async () => {
    const idle = await checkPath(driverWith({ admit: () => never }), path)
    expect(idle?.difference).toContain('Nothing waits for the clock that start(policy, clock) was handed')
    const waits: Driver<unknown> = {
      ...driverWith({}),
      start(_, clock) {
        const sleep = () => new Promise<void>((resolve) => clock.setTimeout(resolve, 1_000))
        return { admit: () => ({}), settle: sleep, command() {}, state: () => 'closed' }
      },
    }
    const found = await checkPath(waits, path)
    expect(found?.difference).toContain('was handed (1 timers), and only a later step moves it')
  })

  it('fails a declared test with its story, not shortened, and does not wait for stop (R70)', async () => {
    const bodies: (() => Promise<void>)[] = []
    const runner = {
      describe: (_: string, body: () => void) => body(),
      it: (_: string, body: () => Promise<void>) => bodies.push(body),
    }
    let admissions = 0
    const driver = driverWith({
      admit() {
        admissions++
        return never
      },
      stop: () => never,
    })
    describeBreaker('mine', driver, { failureThreshold: 1 }, { ...runner, ...options })
    const error = (await errorOf(bodies[0]?.() ?? Promise.resolve())) as Error
    expect(error.message).toContain('1. call 1 is admitted\n   but the promise of admit() has not settled')
    expect(admissions).toBe(1)
  })

  it('ends an exploration, too (R70)', async () => {
    const { failure } = await explore(driverWith({ settle: () => never }), { failureThreshold: 1 }, { depth: 2 })
    expect(failure).toMatchObject({ isStuck: true, difference: expect.stringContaining('has not settled') })
  })

  it('has a stack that leads to the line that waits, in a generated file (R70)', async () => {
    const subject = await startDriver(driverWith({ admit: () => never }), {}, createVirtualClock())
    const error = (await errorOf(Promise.resolve(subject.admit()))) as Error
    expect(error.stack).toContain('stuck.test.ts')
  })

  it('is noticed under fake timers (R70)', async () => {
    vi.useFakeTimers()
    try {
      expect(await checkPath(driverWith({ admit: () => never }), path)).toMatchObject({ isStuck: true })
    } finally {
      vi.useRealTimers()
    }
  })
})

describe('a driver that takes its time', () => {
  it('passes within its stepTimeout, and one that rejects has thrown (R70)', async () => {
    const sound = await checkPath(
      driverWith({ tick: () => new Promise((resolve) => setImmediate(resolve)) }, '5s'),
      path,
    )
    expect(sound).toBeNull()
    const rejects = await checkPath(driverWith({ admit: () => Promise.reject(new Error('no socket')) }), path)
    expect(rejects?.difference).toBe('call 1 is admitted: the driver threw Error: no socket')
    expect(rejects?.isStuck).toBeUndefined()
  })

  it('has a stepTimeout that is a duration (R70)', async () => {
    expect(await errorOf(checkPath(driverWith({}, 0), path))).toMatchObject({ code: 'INVALID_ARGUMENT' })
  })
})
