// Slow: it makes and deletes ten thousand breakers, and collects what is left of them.
// Names come from outside the program, and go: thousands of breakers are made, used and deleted, and whatever is attached to the
// registry keeps nothing of them. Measured by the heap: each name takes 2,000 bytes wherever it is kept.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Registry as Register } from 'prom-client'
import { describe, expect, it } from 'vitest'
import { breakerPolicy } from '../../src/compat/cockatiel/index.ts'
import CircuitBreaker from '../../src/compat/opossum/index.ts'
import { joinFleet } from '../../src/fleet/index.ts'
import { createFetch } from '../../src/http/fetch/index.ts'
import type { Breaker, Registry } from '../../src/index.ts'
import { createDashboard } from '../../src/observe/dashboard/index.ts'
import { inspectRegistry } from '../../src/observe/inspect/index.ts'
import { logTransitions } from '../../src/observe/logging/index.ts'
import { registerMetrics } from '../../src/observe/prometheus/index.ts'
import { createResource } from '../../src/resource/index.ts'
import { crash } from '../support/crashes.ts'
import { newRegistry } from '../support/registries.ts'

const NAMES = 300
/** What may be left of a name, in bytes: a heap is not measured to the byte. */
const MOST_LEFT = 700

/** What is done with each breaker, before it is deleted; and what is to end when all are gone. */
type Use = (breaker: Breaker, registry: Registry) => unknown
interface Attached {
  readonly use?: Use
  readonly end?: () => unknown
}

const INTEGRATIONS: Record<string, (registry: Registry) => Attached | Promise<Attached>> = {
  'nothing but listeners of its own': () => ({ use: (breaker) => breaker.on('failure', () => {})() }),
  'a spawned actor that was stopped': (registry) => ({
    use(breaker) {
      const resource = createResource({ name: breaker.endpoint, resource: null, healthCheck: () => {}, registry })
      void resource.close()
    },
  }),
  'crashes of its actors': (registry) => {
    registry.on('error', () => {})
    return { use: (breaker) => void crash(breaker).catch(() => {}) }
  },
  'a dashboard, and a fleet that overrides': (registry) => {
    const dashboard = createDashboard(registry)
    const reason = { decision: 'tripped', rate: 0, calls: 0, reporters: 0, version: 1, message: '' } as const
    const use: Use = (breaker) => breaker.override({ state: 'open', reason: { type: 'fleet', ...reason } })
    return { use, end: () => dashboard.listener }
  },
  'a dashboard that is watched': async (registry) => {
    const dashboard = createDashboard(registry)
    const { body } = await dashboard.fetch(new Request('http://localhost/api/stream'))
    const reader = body?.getReader()
    const read = async () => {
      while (reader !== undefined && !(await reader.read()).done);
    }
    void read()
    // The feed looks four times a second.
    return { end: () => new Promise((resolve) => setTimeout(resolve, 300)) }
  },
  'an inspection': (registry) => {
    const inspection = inspectRegistry(registry, { inspector: { send: () => {} }, first: 10_000, maxEndpoints: 10_000 })
    return { end: () => inspection.endpoints }
  },
  prometheus: (registry) => {
    const register = new Register()
    registerMetrics(registry, { register, maxEndpoints: 100 })
    let nth = 0
    return { use: () => ++nth % 100 === 0 && register.metrics(), end: () => register.metrics() }
  },
  'a log': (registry) => {
    logTransitions(registry, { info() {}, warn() {}, error() {} })
    return {}
  },
  'a fleet': async (registry) => {
    const fleet = await joinFleet(registry, { endpoints: ['none'] })
    return { end: () => fleet.stats() }
  },
  'a fetch that evicts': (registry) => {
    const fetch = createFetch(registry, {
      key: ({ url }) => url.href,
      fetch: async () => new Response(),
      maxBreakers: 10,
    })
    return { use: ({ endpoint }) => void fetch(`http://localhost/${endpoint}`) }
  },
  opossum: (registry) => ({
    use: ({ endpoint }) => new CircuitBreaker(async () => 1, { registry, name: `${endpoint} circuit` }).shutdown(),
  }),
  cockatiel: (registry) => ({
    use: ({ endpoint }) =>
      breakerPolicy(registry, endpoint)
        .onBreak(() => {})
        .dispose(),
  }),
}

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

async function heapAtRest(): Promise<number> {
  for (let time = 0; time < 3; time++) {
    await new Promise((resolve) => setImmediate(resolve))
    collect()
  }
  return process.memoryUsage().heapUsed
}

describe.each(Object.entries(INTEGRATIONS))('a registry with %s', (_, attach) => {
  it('keeps nothing of breakers that were deleted', async () => {
    const { registry } = newRegistry({ policy: { failureThreshold: 1 } })
    const { use, end } = await attach(registry)
    async function comeAndGo(from: number, count: number): Promise<void> {
      for (let i = from; i < from + count; i++) {
        const name = `${i} `.padEnd(2_000, 'x')
        const breaker = registry.breaker(name)
        await use?.(breaker, registry)
        breaker.recordFailure()
        registry.delete(name)
        if (i % 100 === 0) await new Promise((resolve) => setImmediate(resolve))
      }
      await end?.()
    }
    // What is made once, and code that is compiled, is no leak; what is kept of names grows each time.
    const grown: number[] = []
    let before = Number.POSITIVE_INFINITY
    for (let time = 0; time < 4; time++) {
      await comeAndGo(time * NAMES, NAMES)
      const after = await heapAtRest()
      grown.push(after - before)
      before = after
    }
    expect(Math.max(0, Math.min(...grown.slice(1))) / NAMES).toBeLessThan(MOST_LEFT)
  })
})
