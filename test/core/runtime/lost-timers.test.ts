// A timer is a hint: the fake timers of test runners come and go, and take timers with them that a registry waits for.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { createRegistry, type Registry } from '../../../src/index.ts'
import { canClear, FAKERS } from '../../support/fakers.ts'
import { hear } from '../../support/registries.ts'

const PASSERS_BY: readonly [string, (registry: Registry) => void][] = [
  ['a call with a timeout', (registry) => void registry.call('b', never, { timeout: 2_000 }).catch(() => {})],
  ['a transition', (registry) => registry.breaker('b').trip()],
  ['a read of a breaker', (registry) => void registry.state('b')],
  ['a list', (registry) => void registry.list()],
]

const never = () => new Promise<never>(() => {})

/** A registry of the system clock; `call` gives what a hanging call with this timeout comes to. */
function newRegistry() {
  const registry = createRegistry({ policy: { failureThreshold: 1_000, openTimeout: 30 } })
  const call = (timeout: number) =>
    registry.call('hangs', never, { timeout }).then(String, (error: { code?: string }) => error.code)
  return { registry, call, told: hear(registry, 'transition') }
}

/** In real time. `SILENT` if it does not end. */
const soon = (outcome: Promise<unknown>) => Promise.race([outcome, sleep(2_000, 'SILENT')])
/** In fake time, which has passed. */
const byNow = (outcome: Promise<unknown>) => Promise.race([outcome, settled().then(() => 'SILENT')])

async function settled() {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
}

describe.each(FAKERS)('under the fake timers of $of', ({ install, pass, remove }) => {
  afterEach(remove)

  it('which go, with a call that waits for its timeout, later timeouts and this one end their calls (R41)', async () => {
    const { call } = newRegistry()
    install()
    const lost = call(20)
    remove()
    expect(await soon(call(40))).toBe('CALL_TIMEOUT')
    expect(await soon(lost)).toBe('CALL_TIMEOUT')
    expect(await soon(call(20))).toBe('CALL_TIMEOUT')
  })

  it('which go, with a call that has a long timeout, a shorter and a longer one end their calls in real time (R41)', async () => {
    const { call } = newRegistry()
    install()
    void call(50)
    remove()
    expect(await soon(call(10))).toBe('CALL_TIMEOUT')
    expect(await soon(call(100))).toBe('CALL_TIMEOUT')
  })

  it.each(PASSERS_BY)(
    'which go while a breaker is open, %s heals the registry: its transition is told (R41)',
    async (_, touch) => {
      const { registry, told } = newRegistry()
      registry.breaker('b')
      install()
      registry.breaker('a').trip()
      remove()
      touch(registry)
      const halfOpen = () => told.some(({ endpoint, to }) => endpoint === 'a' && to === 'halfOpen')
      for (let waits = 0; waits < 100 && !halfOpen(); waits++) await sleep(10)
      expect(halfOpen()).toBe(true)
    },
  )

  it('which come while a call waits for its timeout, calls end in fake time, and in real time after them (R41)', async () => {
    const { call } = newRegistry()
    const before = call(60)
    install()
    const within = call(500)
    pass(500)
    expect(await byNow(within)).toBe('CALL_TIMEOUT')
    expect(await byNow(before)).toBe('CALL_TIMEOUT')
    const left = call(20)
    remove()
    expect(await soon(call(30))).toBe('CALL_TIMEOUT')
    expect(await soon(left)).toBe('CALL_TIMEOUT')
  })

  it('which come, take a real timer with them and go, later timeouts end their calls (R41)', async () => {
    const { call } = newRegistry()
    const before = call(20)
    install()
    // The real timer fires, finds that no time has passed, and goes on as a fake one.
    await sleep(60)
    remove()
    expect(await soon(call(40))).toBe('CALL_TIMEOUT')
    expect(await soon(before)).toBe('CALL_TIMEOUT')
  })

  it('which come and go and come again, calls end each time (R41)', async () => {
    const { call } = newRegistry()
    for (let round = 0; round < 3; round++) {
      install()
      void call(1_000)
      const ends = call(2_000)
      pass(2_000)
      expect(await byNow(ends)).toBe('CALL_TIMEOUT')
      void call(500)
      remove()
      expect(await soon(call(10))).toBe('CALL_TIMEOUT')
    }
  })

  it('which go with events that were put off, those are told when somebody passes by (R41)', async () => {
    const { registry } = newRegistry()
    install()
    let resets = 0
    registry.on('transition', () => {
      if (resets++ >= 3_000) return
      registry.breaker('a').trip()
      registry.breaker('a').reset()
    })
    registry.breaker('a').trip()
    const heard = resets
    expect(heard).toBeLessThan(3_000)
    remove()
    registry.state('a')
    for (let waits = 0; waits < 200 && resets < 3_000; waits++) await sleep(10)
    expect(resets).toBeGreaterThanOrEqual(3_000)
  })
})

describe('a clock of others that loses a timer', () => {
  it('is asked for another by who passes by a second after it was due, and not sooner (R41)', () => {
    const time = { now: 0 }
    const set: (() => void)[] = []
    const clock = { now: () => time.now, setTimeout: (fire: () => void) => set.push(fire), clearTimeout: () => {} }
    const registry = createRegistry({ clock, policy: { openTimeout: 500 } })
    registry.breaker('a').trip()
    registry.breaker('b', { openTimeout: 60_000 }).trip()
    time.now = 1_500
    registry.state('b')
    expect(set).toHaveLength(1)
    time.now = 1_501
    registry.state('b')
    expect(set).toHaveLength(2)
    set[1]?.()
    expect(registry.breaker('a').actor?.getSnapshot().value).toBe('halfOpen')
    expect(set).toHaveLength(3)
  })
})

describe.each(FAKERS.filter(canClear))('under the fake timers of $of', ({ install, pass, clear, remove }) => {
  afterEach(remove)

  it('which forget the timers that were set, later timeouts end their calls, and breakers change (R41)', async () => {
    install()
    const { registry, call, told } = newRegistry()
    registry.breaker('a').trip()
    const lost = call(300)
    clear()
    const later = call(1_000)
    pass(1_000)
    expect(await byNow(later)).toBe('CALL_TIMEOUT')
    expect(await byNow(lost)).toBe('CALL_TIMEOUT')
    expect(told.map(({ to }) => to)).toEqual(['open', 'halfOpen'])
  })
})
