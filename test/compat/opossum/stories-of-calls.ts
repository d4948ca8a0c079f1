// Stories of single calls: what they come to, caches, fallbacks, limits, and the figures of them.
import { EventEmitter } from 'node:events'
import { vi } from 'vitest'
import type { Teller } from './both.ts'

const boom = new Error('boom')
const fails = { error: boom }
const quick = { errorThresholdPercentage: 50, resetTimeout: 100, timeout: 50 } as const

export const storiesOfCalls: Record<string, (teller: Teller) => Promise<void>> = {
  'a success': async (teller) => {
    const breaker = teller.make(quick)
    teller.fire(breaker, { ms: 20, value: 7 })
    await teller.pass(20)
    teller.look(breaker)
  },
  'old slices leave the window': async (teller) => {
    const breaker = teller.make({ ...quick, rollingCountTimeout: 100, rollingCountBuckets: 5, volumeThreshold: 3 })
    for (let slice = 0; slice < 8; slice++) {
      teller.fire(breaker, { ms: 5, value: slice })
      await teller.pass(20)
      teller.note('window', breaker.status.window)
    }
    await teller.pass(1_000)
    teller.look(breaker)
  },
  'a timeout': async (teller) => {
    const breaker = teller.make({ ...quick, abortController: new AbortController() })
    teller.fire(breaker, { ms: 80 })
    await teller.pass(49)
    teller.note('aborted', breaker.getSignal()?.aborted)
    await teller.pass(1)
    teller.note('aborted', breaker.getSignal()?.aborted)
    await teller.pass(30)
    teller.look(breaker)
  },
  'an AbortController that is renewed': async (teller) => {
    const breaker = teller.make({ ...quick, autoRenewAbortController: true })
    const controllers = [breaker.getAbortController()]
    teller.fire(breaker, { ms: 80 })
    await teller.pass(50)
    controllers.push(breaker.getAbortController())
    await teller.pass(100)
    controllers.push(breaker.getAbortController())
    teller.note('same', controllers[0] === controllers[1], controllers[1] === controllers[2])
    teller.note('aborted', ...controllers.map((controller) => controller?.signal.aborted))
    const calls = [50, 60, 70].map(() => teller.fire(breaker, { ms: 80 }))
    await teller.pass(50)
    teller.note('aborted', breaker.getSignal()?.aborted, calls.length)
    breaker.close()
    teller.note('aborted', breaker.getSignal()?.aborted)
  },
  'a fallback': async (teller) => {
    const breaker = teller.make(quick)
    breaker.fallback((step, error: unknown) => `fallback for ${JSON.stringify(step)} ${error}`)
    teller.fire(breaker, { ms: 5, error: boom })
    await teller.pass(5)
    teller.fire(breaker, { value: 2 })
    await teller.pass(0)
    teller.look(breaker)
  },
  'fallbacks that fail, and a breaker as fallback': async (teller) => {
    const breaker = teller.make(quick)
    breaker.fallback(async () => {
      throw new Error('nor does this')
    })
    teller.fire(breaker, fails)
    await teller.pass(0)
    breaker.fallback(() => {
      throw new Error('at once')
    })
    teller.fire(breaker, fails)
    await teller.pass(0)
    breaker.fallback(teller.make({ name: 'second' }))
    teller.fire(breaker, { value: 'of the second' })
    await teller.pass(0)
    teller.look(breaker)
  },
  'a filter of errors': async (teller) => {
    const errorFilter = (error: Error, step: { value: string }) => error === boom && step.value === 'passes'
    const breaker = teller.make({ ...quick, errorFilter })
    breaker.fallback(() => 'fallback')
    teller.fire(breaker, { value: 'passes', error: boom })
    await teller.pass(0)
    teller.look(breaker)
    teller.fire(breaker, { value: 'does not', error: boom })
    teller.fire(breaker, { value: 'nor this', error: boom })
    await teller.pass(100)
    teller.fire(breaker, { value: 'passes', error: boom })
    await teller.pass(0)
    teller.look(breaker)
  },
  'a capacity': async (teller) => {
    const breaker = teller.make({ ...quick, capacity: 2 })
    for (const ms of [10, 20, 30]) teller.fire(breaker, { ms })
    teller.note('places', breaker.semaphore.count)
    await teller.pass(20)
    teller.note('places', breaker.semaphore.count)
    teller.look(breaker)
  },
  'a cache': async (teller) => {
    const breaker = teller.make({ ...quick, cache: true, cacheTTL: 60 })
    for (const ms of [5, 5, 6, 60, 5]) {
      teller.fire(breaker, { ms, value: ms })
      await teller.pass(20)
    }
    breaker.clearCache()
    teller.fire(breaker, { ms: 5, value: 5 })
    await teller.pass(20)
    teller.look(breaker)
  },
  'calls that share a run': async (teller) => {
    const breaker = teller.make({ ...quick, coalesce: true, coalesceResetOn: ['error', 'success'] })
    for (const value of [1, 1, 2, 1]) teller.fire(breaker, { ms: 10, value })
    await teller.pass(10)
    teller.fire(breaker, { ms: 10, value: 1 })
    await teller.pass(10)
    teller.look(breaker)
  },
  'sharing ends as told, and with clearCache': async (teller) => {
    const coalesceResetOn = ['error', 'success', 'timeout', 'else'] as never
    const breaker = teller.make({ ...quick, coalesce: true, volumeThreshold: 9, coalesceResetOn })
    teller.note('options', breaker.options.coalesceResetOn, breaker.options.coalesceTTL)
    for (const value of [1, 2, 2]) teller.fire(breaker, { ms: 20, value })
    await teller.pass(0)
    breaker.clearCache()
    teller.fire(breaker, { ms: 20, value: 1 })
    await teller.pass(20)
    for (const _ of [1, 2]) {
      teller.fire(breaker, { ms: 60 })
      await teller.pass(50)
    }
    teller.look(breaker)
  },
  'a cache of two': async (teller) => {
    const breaker = teller.make({ ...quick, cache: true, cacheSize: 2 })
    for (const values of [[1], [2, 2], [1], [3], [2], [1], [1]]) {
      for (const value of values) teller.fire(breaker, { value })
      await teller.pass(1_000)
    }
    teller.look(breaker)
  },
  'a deprecated option': async (teller) => {
    const error = vi.spyOn(console, 'error').mockImplementation((text) => teller.note('console', text))
    teller.make({ maxFailures: 3 })
    error.mockRestore()
  },
  'snapshots, and slices that somebody else turns over': async (teller) => {
    const rotateBucketController = new EventEmitter()
    const breaker = teller.make({ ...quick, rotateBucketController, rollingCountBuckets: 2 })
    breaker.status.on('snapshot', (snapshot) => teller.note('snapshot', snapshot))
    teller.fire(breaker, { value: 1 })
    await teller.pass(5_000)
    for (let turn = 0; turn < 2; turn++) {
      rotateBucketController.emit('rotate')
      teller.note('window', breaker.status.window)
    }
    const attached = () => teller.note('attached', rotateBucketController.listenerCount('rotate'))
    for (const change of ['disable', 'enable', 'enable', 'shutdown'] as const) {
      breaker[change]()
      attached()
    }
    await teller.pass(5_000)
    const quiet = teller.make({ ...quick, enableSnapshots: false })
    quiet.status.on('snapshot', () => teller.note('a snapshot that nobody wanted'))
    await teller.pass(10_000)
  },
  'no percentiles': async (teller) => {
    const breaker = teller.make({ ...quick, rollingPercentilesEnabled: false })
    teller.fire(breaker, { ms: 5 })
    await teller.pass(5)
    teller.look(breaker)
  },
  percentiles: async (teller) => {
    const breaker = teller.make({ ...quick, timeout: 1_000 })
    for (let ms = 1; ms <= 200; ms += 3) teller.fire(breaker, { ms })
    await teller.pass(200)
    teller.look(breaker)
  },
  'names and groups, an action that is none': async (teller) => {
    teller.note('names', teller.make({}).name, teller.make({ name: 'a' }).group, teller.make({ group: 'b' }).group)
    const breaker = teller.make({}, 'a value')
    teller.fire(breaker)
    await teller.pass(0)
    teller.note('names', breaker.name.length)
    teller.note('events', breaker.eventNames())
  },
  'an action that throws at once': async (teller) => {
    const breaker = teller.make({ ...quick, name: 'throws' }, () => {
      throw boom
    })
    teller.fire(breaker)
    await teller.pass(0)
    teller.look(breaker)
  },
}
