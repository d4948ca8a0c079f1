// What breakers cost that are not called: to spawn, to keep, and to change state.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { median } from './measure.ts'
import { createRegistry } from './package.ts'

setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc') as () => void

function microsecondsEach(count: number, act: (index: number) => void): number {
  const start = process.hrtime.bigint()
  for (let index = 0; index < count; index++) act(index)
  return Number(process.hrtime.bigint() - start) / count / 1000
}

/** Microseconds to spawn one more breaker when there are `existing`. */
export async function measureSpawn(existing: number): Promise<number> {
  const registry = createRegistry()
  for (let index = 0; index < existing; index++) registry.breaker(`breaker-${index}`)
  gc()
  const samples = Array.from({ length: 100 }, (_, round) =>
    microsecondsEach(20, (index) => registry.breaker(`more-${round}-${index}`)),
  )
  await registry.close()
  return median(samples)
}

/** Bytes of heap per breaker, its actor spawned; opened, its timer too. */
export async function measureMemory(opened: boolean): Promise<number> {
  const count = 20_000
  const registry = createRegistry({ policy: { openTimeout: '1h' } })
  const names = Array.from({ length: count }, (_, index) => `breaker-${index}`)
  gc()
  const before = process.memoryUsage().heapUsed
  for (const name of names) {
    const breaker = registry.breaker(name)
    if (opened) breaker.trip('bench')
  }
  gc()
  const bytes = (process.memoryUsage().heapUsed - before) / count
  await registry.close()
  return bytes
}

/** Microseconds for one change of state, the row published. */
export async function measureTransition(): Promise<number> {
  const registry = createRegistry()
  const breaker = registry.breaker('transition')
  const samples = Array.from({ length: 100 }, () =>
    microsecondsEach(50, (index) => (index % 2 === 0 ? breaker.trip('bench') : breaker.reset())),
  )
  await registry.close()
  return median(samples)
}
