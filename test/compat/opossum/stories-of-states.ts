// Stories of when a breaker opens, recovers, is disabled and shut down.
import type { Teller } from './both.ts'

const boom = new Error('boom')
const fails = { error: boom }
const quick = { errorThresholdPercentage: 50, resetTimeout: 100, timeout: 50 } as const

export const storiesOfStates: Record<string, (teller: Teller) => Promise<void>> = {
  'a failure opens, a probe closes': async (teller) => {
    const breaker = teller.make(quick)
    teller.fire(breaker, fails)
    await teller.pass(0)
    teller.look(breaker)
    teller.fire(breaker)
    await teller.pass(99)
    teller.look(breaker)
    await teller.pass(1)
    teller.look(breaker)
    teller.fire(breaker, { ms: 10 })
    teller.look(breaker)
    teller.fire(breaker)
    await teller.pass(10)
    teller.look(breaker)
  },
  'a probe that fails opens again, for as long': async (teller) => {
    const breaker = teller.make(quick)
    teller.fire(breaker, fails)
    await teller.pass(100)
    teller.fire(breaker, fails)
    await teller.pass(99)
    teller.look(breaker)
    await teller.pass(1)
    teller.look(breaker)
  },
  'the rate is of all fires, those in flight too': async (teller) => {
    const breaker = teller.make(quick)
    for (const ms of [5, 10, 15, 20]) teller.fire(breaker, { ms, error: boom })
    for (const ms of [30, 35]) teller.fire(breaker, { ms })
    for (let passed = 0; passed < 40; passed += 5) {
      await teller.pass(5)
      teller.look(breaker)
    }
  },
  'exactly the threshold does not open': async (teller) => {
    const breaker = teller.make(quick)
    teller.fire(breaker)
    await teller.pass(0)
    teller.fire(breaker, fails)
    await teller.pass(0)
    teller.look(breaker)
    teller.fire(breaker, fails)
    await teller.pass(0)
    teller.look(breaker)
  },
  'closed again, it remembers the window': async (teller) => {
    const breaker = teller.make({ ...quick, resetTimeout: 10 })
    for (const _ of [1, 2, 3]) teller.fire(breaker, fails)
    await teller.pass(10)
    teller.fire(breaker)
    await teller.pass(0)
    teller.fire(breaker, fails)
    await teller.pass(0)
    teller.look(breaker)
  },
  'a volume threshold': async (teller) => {
    const breaker = teller.make({ ...quick, volumeThreshold: 3 })
    for (let fire = 0; fire < 4; fire++) {
      teller.fire(breaker, fails)
      await teller.pass(0)
      teller.look(breaker)
    }
  },
  'a warm-up': async (teller) => {
    const breaker = teller.make({ ...quick, allowWarmUp: true, rollingCountTimeout: 200 })
    teller.fire(breaker, fails)
    await teller.pass(199)
    teller.look(breaker)
    await teller.pass(1)
    teller.fire(breaker, fails)
    await teller.pass(0)
    teller.look(breaker)
  },
  'a reset timeout of 0': async (teller) => {
    const breaker = teller.make({ ...quick, resetTimeout: 0 })
    breaker.open()
    teller.look(breaker)
    await teller.pass(1)
    teller.look(breaker)
  },
  'open and close by hand': async (teller) => {
    const breaker = teller.make(quick)
    breaker.close()
    breaker.open()
    breaker.open()
    teller.fire(breaker)
    await teller.pass(100)
    breaker.open()
    teller.look(breaker)
    breaker.close()
    breaker.close()
    teller.fire(breaker)
    await teller.pass(100)
    teller.look(breaker)
  },
  'disabled and enabled': async (teller) => {
    const breaker = teller.make(quick)
    breaker.disable()
    teller.fire(breaker, fails)
    teller.fire(breaker, { ms: 100 })
    await teller.pass(100)
    teller.look(breaker)
    breaker.enable()
    breaker.enable()
    teller.fire(breaker, fails)
    teller.fire(breaker, fails)
    await teller.pass(0)
    breaker.disable()
    teller.look(breaker)
    teller.fire(breaker)
    await teller.pass(0)
    breaker.enable()
    teller.look(breaker)
    teller.fire(breaker)
    await teller.pass(100)
    teller.look(breaker)
  },
  'disabled and enabled while half-open': async (teller) => {
    const breaker = teller.make(quick)
    breaker.open()
    await teller.pass(100)
    breaker.disable()
    teller.fire(breaker)
    await teller.pass(0)
    breaker.enable()
    await teller.pass(0)
    teller.look(breaker)
    teller.fire(breaker)
    await teller.pass(0)
    teller.look(breaker)
  },
  'made disabled': async (teller) => {
    const breaker = teller.make({ ...quick, enabled: false })
    teller.look(breaker)
    breaker.open()
    teller.fire(breaker)
    await teller.pass(0)
    teller.look(breaker)
    breaker.close()
    breaker.enable()
    teller.look(breaker)
  },
  'health checks': async (teller) => {
    const breaker = teller.make(quick)
    let isWell = true
    breaker.healthCheck(async () => {
      teller.note('checked')
      if (!isWell) throw new Error('unwell')
    }, 30)
    await teller.pass(60)
    isWell = false
    await teller.pass(30)
    teller.look(breaker)
    isWell = true
    await teller.pass(100)
    teller.look(breaker)
  },
  'shut down': async (teller) => {
    const cacheTransport = { get() {}, set() {}, flush: () => teller.note('flushed') }
    const breaker = teller.make({ ...quick, cache: true, cacheTransport })
    teller.fire(breaker, { ms: 10 })
    breaker.shutdown()
    teller.note('listeners', breaker.listenerCount('open'))
    teller.look(breaker)
    teller.fire(breaker)
    await teller.pass(10)
    teller.look(breaker)
  },
  'state and figures go on in another': async (teller) => {
    const first = teller.make(quick)
    teller.fire(first, { ms: 3 })
    for (const _ of [1, 2, 3]) teller.fire(first, fails)
    await teller.pass(10)
    const { state, status } = JSON.parse(JSON.stringify(first))
    const second = teller.make({ ...quick, name: 'second', state, status })
    teller.look(second)
    teller.fire(second)
    await teller.pass(100)
    teller.look(second)
    const before = Date.now() - 101
    const parts = [
      { closed: false, lastTimerAt: before },
      { closed: false, halfOpen: true },
      { enabled: false },
      { warmUp: true },
      { shutdown: true },
    ]
    for (const part of parts) {
      teller.look(teller.make({ ...quick, state: part }))
    }
  },
}
