// Makes calls and drops their promises; prints how many unhandled rejections came of each kind.
import { setTimeout as sleep } from 'node:timers/promises'
import { createRegistry } from '../../src/index.ts'

let unhandled = 0
process.on('unhandledRejection', () => unhandled++)

const down = async () => Promise.reject(new Error('down'))
const registry = createRegistry({ policy: { failureThreshold: 100 } })
const plain = registry.breaker('plain', { failureThreshold: 100, latencySampling: 0 })
const timed = registry.breaker('timed', { failureThreshold: 100, latencySampling: 1 })
const open = registry.breaker('open')
open.trip()
// What is made once is made.
for (const breaker of [plain, timed]) await breaker.call(async () => 1)

const KINDS: Record<string, () => unknown> = {
  plain: () => plain.call(down),
  timed: () => timed.call(down),
  thrown: () =>
    plain.call(() => {
      throw new Error('at once')
    }),
  full: () => plain.call(down, { timeout: '1h' }),
  rejected: () => open.call(down),
  handled: () => plain.call(down).catch(() => {}),
  succeeded: () => plain.call(async () => 1),
}

const counts: Record<string, number> = {}
for (const [kind, call] of Object.entries(KINDS)) {
  unhandled = 0
  call()
  await sleep(1)
  counts[kind] = unhandled
}
console.log(JSON.stringify(counts))
