// A process that stays alive until its breaker is half-open, and compares with the monotonic clock.
import { createRegistry } from '../../src/index.ts'

const OPEN_TIME_MS = 30
const registry = createRegistry({ policy: { openTimeout: OPEN_TIME_MS } })
const alive = setInterval(() => {}, 1_000)
const startedAt = performance.now()
registry.on('transition', ({ to }) => {
  if (to !== 'halfOpen') return
  console.log(to, performance.now() - startedAt >= OPEN_TIME_MS)
  clearInterval(alive)
})
registry.breaker('a').trip()
