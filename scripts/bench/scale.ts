// What many breakers cost: to make, to keep, to change, and how long they block the event loop when all are due at once.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createRegistry } from './package.ts'
import { median } from './turns.ts'

setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc') as () => void
const fn = async () => 1
const HUNDRED_THOUSAND = 100_000

type Registry = ReturnType<typeof createRegistry>

export interface Endpoints {
  readonly microseconds: number
  readonly bytes: number
}

/** Endpoints that are made by their first call: what each takes, and what of it stays. Names are not ours to count. */
export async function measureEndpoints(count: number): Promise<Endpoints> {
  const names = Array.from({ length: count }, (_, index) => `endpoint-${index}`)
  const registry = createRegistry()
  await registry.call('warm', fn)
  gc()
  const before = process.memoryUsage().heapUsed
  const start = process.hrtime.bigint()
  for (const name of names) await registry.call(name, fn)
  const microseconds = Number(process.hrtime.bigint() - start) / count / 1000
  gc()
  const bytes = (process.memoryUsage().heapUsed - before) / count
  // Held until it was measured.
  if (registry.list().length !== count + 1) throw new Error('endpoints are missing')
  await registry.close()
  return { microseconds, bytes }
}

/** Bytes of an endpoint that is open: its actor lives, its deadline is in the scheduler. */
export async function measureOpenBytes(): Promise<number> {
  const count = 20_000
  const names = Array.from({ length: count }, (_, index) => `endpoint-${index}`)
  const registry = createRegistry({ policy: { openTimeout: '1h' } })
  gc()
  const before = process.memoryUsage().heapUsed
  for (const name of names) registry.breaker(name).trip('bench')
  gc()
  const bytes = (process.memoryUsage().heapUsed - before) / count
  await registry.close()
  return bytes
}

/** Longest time in ms that the event loop is blocked from now until `isDone`. */
async function longestBlock(isDone: () => boolean): Promise<number> {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  while (!isDone()) await sleep(5)
  await sleep(5)
  delay.disable()
  return delay.max / 1e6
}

async function openAll(registry: Registry): Promise<void> {
  for (let index = 0; index < HUNDRED_THOUSAND; index++) registry.breaker(`endpoint-${index}`).trip('bench')
  gc()
  // What was blocked until now is not what is measured.
  await sleep(20)
}

/** 100,000 breakers that are due in the same instant. */
export async function measureStorm(): Promise<number> {
  const registry = createRegistry({ policy: { openTimeout: '1h' } })
  await openAll(registry)
  const snapshot = registry.snapshot()
  await registry.close()
  // Restored with nothing left of their open times: when the loop is free again, all are due.
  const breakers = snapshot.breakers.map((breaker) => ({ ...breaker, remainingMs: 0 }))
  const storm = createRegistry({ snapshot: { ...snapshot, breakers } })
  let halfOpen = 0
  storm.on('transition', ({ to }) => {
    if (to === 'halfOpen') halfOpen++
  })
  gc()
  const block = await longestBlock(() => halfOpen === HUNDRED_THOUSAND)
  await storm.close()
  return block
}

/** `close()` and `resetAll()` of 100,000 open breakers. */
export async function measureClosing(): Promise<{ close: number; resetAll: number }> {
  const registry = createRegistry({ policy: { openTimeout: '1h' } })
  const blockOf = async (act: () => Promise<void>) => {
    await openAll(registry)
    let isDone = false
    setTimeout(() => act().then(() => (isDone = true)), 1)
    return longestBlock(() => isDone)
  }
  const resetAll = await blockOf(() => registry.resetAll())
  const close = await blockOf(() => registry.close())
  return { close, resetAll }
}

/** Microseconds for one change of state: by an actor that is there, and by one that is started for it. */
export async function measureTransition(activation: 'eager' | 'onDemand'): Promise<number> {
  const registry = createRegistry({ activation })
  const breaker = registry.breaker('transition')
  const samples = Array.from({ length: 200 }, () => {
    const start = process.hrtime.bigint()
    for (let index = 0; index < 50; index++) {
      if (index % 2 === 0) breaker.trip('bench')
      else breaker.reset()
    }
    return Number(process.hrtime.bigint() - start) / 50 / 1000
  })
  await registry.close()
  return median(samples)
}
