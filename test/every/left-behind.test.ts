// What an integration puts on a registry and on the platform is gone when it is ended: a table of all that are attached to one.
import { EventEmitter } from 'node:events'
import { Registry as Register } from 'prom-client'
import { describe, expect, it } from 'vitest'
import { breakerPolicy } from '../../src/compat/cockatiel/index.ts'
import CircuitBreaker from '../../src/compat/opossum/index.ts'
import { joinFleet } from '../../src/fleet/index.ts'
import type { Breaker, Registry } from '../../src/index.ts'
import { createDashboard } from '../../src/observe/dashboard/index.ts'
import { inspectRegistry } from '../../src/observe/inspect/index.ts'
import { logTransitions } from '../../src/observe/logging/index.ts'
import { instrumentRegistry } from '../../src/observe/opentelemetry/index.ts'
import { registerMetrics } from '../../src/observe/prometheus/index.ts'
import { createResource } from '../../src/resource/index.ts'
import { fail, jobsDone } from '../support/calls.ts'
import { NOTHING, newCounted } from '../support/left-behind.ts'

interface Attached {
  /** In the midst of as much as there is to it. */
  readonly busy?: () => unknown
  readonly end: () => unknown
  /** How much of it is still anywhere else. */
  readonly left?: () => number
}

/** What is attached to a registry, and how it is ended. */
const INTEGRATIONS: Record<string, (registry: Registry, breaker: Breaker) => Attached | Promise<Attached>> = {
  dashboard: (registry) => {
    const dashboard = createDashboard(registry)
    return { end: () => dashboard.close() }
  },
  'dashboard with somebody who watches': async (registry) => {
    const dashboard = createDashboard(registry)
    const { body } = await dashboard.fetch(new Request('http://localhost/api/stream'))
    const reader = body?.getReader()
    return { busy: () => reader?.read(), end: () => dashboard.close() }
  },
  'an inspection': (registry, breaker) => {
    const inspection = inspectRegistry(registry, { inspector: { send: () => {} } })
    return { busy: () => breaker.trip(), end: () => inspection.detach() }
  },
  'an inspection without calls': (registry, breaker) => {
    const inspection = inspectRegistry(registry, { inspector: { send: () => {} }, callsPerSecond: 0 })
    return { busy: () => breaker.trip(), end: () => inspection.detach() }
  },
  prometheus: (registry) => {
    const register = new Register()
    const { unregister } = registerMetrics(registry, { register })
    return { busy: () => register.metrics(), end: unregister, left: () => register.getMetricsAsArray().length }
  },
  opentelemetry: (registry) => {
    const callbacks = new Set<(result: object) => void>()
    const meter = {
      createObservableCounter: () => ({}),
      createObservableUpDownCounter: () => ({}),
      createObservableGauge: () => ({}),
      addBatchObservableCallback: (callback: () => void) => void callbacks.add(callback),
      removeBatchObservableCallback: (callback: () => void) => void callbacks.delete(callback),
    } as never
    const tracer = { startSpan: () => ({ end: () => {} }) } as never
    const { stop } = instrumentRegistry(registry, { meter, tracer })
    const busy = () => {
      for (const callback of callbacks) callback({ observe: () => {} })
    }
    return { busy, end: stop, left: () => callbacks.size }
  },
  'a log, while a bulkhead refuses calls': (registry, breaker) => {
    const end = logTransitions(registry, { info() {}, warn() {}, error() {} })
    return {
      busy: () => {
        const permit = breaker.tryAcquire()
        breaker.tryAcquire()
        permit?.ignore()
      },
      end,
    }
  },
  'a resource, while it is checked': (registry, breaker) => {
    const resource = createResource({
      ...{ name: 'mail', resource: null, registry },
      healthCheck: () => new Promise(() => {}),
      recovery: { initialDelay: 1 },
    })
    return {
      busy: async () => {
        await fail(breaker)
        void resource.health()
      },
      end: () => resource.close(),
    }
  },
  'a fleet that is open': async (registry) => {
    const fleet = await joinFleet(registry)
    return { busy: () => fleet.trip('mail'), end: () => fleet.leave() }
  },
  'a CircuitBreaker of opossum': (registry) => {
    const rotateBucketController = new EventEmitter()
    const circuit = new CircuitBreaker(async () => Promise.reject(new Error('down')), {
      ...{ registry, name: 'mail-circuit', allowWarmUp: true, rotateBucketController },
    })
    circuit.on('open', () => {})
    circuit.status.on('snapshot', () => {})
    circuit.healthCheck(() => {})
    return {
      busy: () => circuit.fire().catch(() => {}),
      end: () => circuit.shutdown(),
      left: () => rotateBucketController.listenerCount('rotate') + registry.list().length - 1,
    }
  },
  'a policy of cockatiel, heard in every way': (registry) => {
    const policy = breakerPolicy(registry, 'mail')
    const handles = [policy.onBreak, policy.onReset, policy.onHalfOpen, policy.onStateChange].map((on) => on(() => {}))
    const end = () => {
      for (const { dispose } of handles) dispose()
    }
    return { busy: () => policy.execute(() => 1), end }
  },
}

describe.each(Object.entries(INTEGRATIONS))('%s', (_, attach) => {
  it('leaves nothing on the registry, nor on the platform, when it is ended: the second time, too', async () => {
    const { registry, breaker, counts } = newCounted()
    for (const time of ['first', 'second']) {
      expect(counts(), `before the ${time}`).toEqual(NOTHING)
      const { busy, end, left = () => 0 } = await attach(registry, breaker)
      await busy?.()
      await jobsDone()
      const { listeners, subscriptions } = counts()
      // Or there would be nothing to be seen.
      expect(listeners + subscriptions).toBeGreaterThan(0)
      await end()
      if (registry.has('mail')) breaker.reset()
      await jobsDone()
      expect({ ...counts(), left: left() }, `after the ${time}`).toEqual({ ...NOTHING, left: 0 })
    }
  })

  it('ends with the registry, as far as that is all it has', async () => {
    const { registry, breaker, counts } = newCounted()
    const { busy, end } = await attach(registry, breaker)
    await busy?.()
    await registry.close()
    await jobsDone()
    await end()
    await jobsDone()
    expect(counts()).toMatchObject({ actors: 0, timers: 0, subscriptions: 0 })
  })
})
