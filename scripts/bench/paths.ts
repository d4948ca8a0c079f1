// The paths that are measured: ours, the peers', and the two bare ones that the ratios are to.
import { createRegistry } from './package.ts'
import { makePeers } from './peers.ts'
import { type Loop, repeat, repeatRejected } from './turns.ts'

const { hrtime } = process
let longest = 0
const fn = async () => 1
const failure = new Error('down')

async function bareWrapper(run: () => Promise<number>): Promise<number> {
  try {
    return await run()
  } catch (error) {
    throw error
  }
}

export const registry = createRegistry()
export const closed = registry.breaker('closed')
const windowed = registry.breaker('windowed', {
  failureRate: { threshold: 0.5, window: { time: '10s' } },
  slowCalls: { slowerThan: '1s', threshold: 0.5, window: { time: '10s' } },
})
const open = registry.breaker('open', { openTimeout: '1h' })
open.trip('bench')
const unfolded = createRegistry({ folding: false }).breaker('unfolded')

const crowd = createRegistry()
const names = Array.from({ length: 10_000 }, (_, index) => `endpoint-${index}`)
for (const name of names) crowd.breaker(name)
const shuffled = names.map((_, index) => names[(index * 7919) % names.length] as string)

/** Goes on where it stopped, so that every name has its turn. */
function visit(order: readonly string[], call: (name: string) => Promise<unknown>): Loop {
  let next = 0
  return async (calls) => {
    for (let index = 0; index < calls; index++) {
      await call(order[next] as string)
      next = (next + 1) % order.length
    }
  }
}

/** What the cache asks of anybody who keeps 10,000 small objects by name. */
const counters = new Map(names.map((name) => [name, { calls: 0 }]))
function lookUp(name: string): Promise<number> {
  const counter = counters.get(name)
  if (counter !== undefined) counter.calls++
  return bareWrapper(fn)
}

/** What the machine's clock asks of anybody who times a call. */
async function timedWrapper(run: () => Promise<number>): Promise<number> {
  const startedAt = hrtime()
  try {
    return await run()
  } finally {
    const [seconds, nanoseconds] = hrtime(startedAt)
    longest = Math.max(longest, seconds * 1e3 + nanoseconds * 1e-6)
  }
}

const { opossum, opossumOpen, cockatiel, cockatielSampling, cockatielOpen } = makePeers(fn)

export const bases = {
  wrapper: repeat(() => bareWrapper(fn)),
  rejection: repeatRejected(() => Promise.reject(failure)),
}

/** Each path with the base that it is compared with. */
export const paths: Record<string, readonly [Loop, keyof typeof bases]> = {
  'call, closed': [repeat(() => closed.call(fn)), 'wrapper'],
  'call, closed, rate and slow-call windows': [repeat(() => windowed.call(fn)), 'wrapper'],
  'bare wrapper with two clock reads': [repeat(() => timedWrapper(fn)), 'wrapper'],
  'registry.call, 10,000 names': [visit(names, (name) => crowd.call(name, fn)), 'wrapper'],
  'registry.call, 10,000 names, shuffled': [visit(shuffled, (name) => crowd.call(name, fn)), 'wrapper'],
  'Map.get and the bare wrapper, 10,000 names': [visit(names, lookUp), 'wrapper'],
  'rejected call, open': [repeatRejected(() => open.call(fn)), 'rejection'],
  'tryAcquire() + success(), closed': [
    (calls) => {
      for (let index = 0; index < calls; index++) closed.tryAcquire()?.success()
    },
    'wrapper',
  ],
  'call, closed, unfolded': [repeat(() => unfolded.call(fn)), 'wrapper'],
  'opossum, closed': [repeat(() => opossum.fire()), 'wrapper'],
  'cockatiel, closed': [repeat(() => cockatiel.execute(fn)), 'wrapper'],
  'cockatiel, closed, sampling': [repeat(() => cockatielSampling.execute(fn)), 'wrapper'],
  'opossum, rejected': [repeatRejected(() => opossumOpen.fire()), 'rejection'],
  'cockatiel, rejected': [repeatRejected(() => cockatielOpen.execute(fn)), 'rejection'],
}
