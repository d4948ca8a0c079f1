// A process that attaches every integration to a registry, has each of them do something, and has nothing else to do then: none of
// them is ended. It prints what each keeps it alive by; whether it exits is for the test to see. With `servers`: it begins and
// ends those that do keep it alive until they are ended.
import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Registry as Register } from 'prom-client'
import CircuitBreaker from '../../src/compat/opossum/index.ts'
import { loadRegistry } from '../../src/config/index.ts'
import { guardedStore, joinFleet, memoryStore } from '../../src/fleet/index.ts'
import { createFetch } from '../../src/http/fetch/index.ts'
import { createRegistry, type Registry } from '../../src/index.ts'
import { createDashboard } from '../../src/observe/dashboard/index.ts'
import { createInspectorBridge, inspectRegistry } from '../../src/observe/inspect/index.ts'
import { logTransitions } from '../../src/observe/logging/index.ts'
import { registerMetrics } from '../../src/observe/prometheus/index.ts'
import { createResource } from '../../src/resource/index.ts'

const turn = () => new Promise((resolve) => setImmediate(resolve))
const silent = { info() {}, warn() {}, error() {} }

const INTEGRATIONS: Record<string, (registry: Registry) => unknown> = {
  async dashboard(registry) {
    const { body } = await createDashboard(registry).fetch(new Request('http://localhost/api/stream'))
    const reader = body?.getReader()
    // The greeting, and the image after the first reading.
    await reader?.read()
    await reader?.read()
  },
  inspection: (registry) => inspectRegistry(registry, { inspector: { send: () => {} } }),
  prometheus: (registry) => registerMetrics(registry, { register: new Register() }),
  logging(registry) {
    logTransitions(registry, silent)
    const breaker = registry.breaker('limited', { maxConcurrent: 1 })
    breaker.tryAcquire()
    breaker.tryAcquire()
  },
  async config() {
    const file = join(tmpdir(), `switchgear-${process.pid}.json`)
    writeFileSync(file, '{}')
    await loadRegistry(file, { watch: true, watchIntervalMs: 1, onError: () => {} })
  },
  async fleet() {
    const fleet = await joinFleet(createRegistry())
    await fleet.trip('db')
    guardedStore(memoryStore()).join({ namespace: 'fleet', instance: 'a' })
  },
  resource(registry) {
    createResource({ name: 'pool', resource: null, healthCheck: () => {}, registry }).breaker.trip()
  },
  opossum(registry) {
    const circuit = new CircuitBreaker(async () => 1, { registry, name: 'circuit', allowWarmUp: true })
    circuit.status.on('snapshot', () => {})
    circuit.healthCheck(() => {})
    circuit.open()
  },
  async fetch(registry) {
    const fetch = createFetch(registry, { fetch: async () => new Response('ok'), timeout: '1h' })
    await (await fetch('http://localhost/')).text()
  },
}

const SERVERS: typeof INTEGRATIONS = {
  async dashboard(registry) {
    const dashboard = createDashboard(registry)
    const { url } = await dashboard.listen()
    await (await fetch(url)).text()
    await dashboard.close()
  },
  async bridge() {
    const bridge = await createInspectorBridge()
    await (await fetch(bridge.url)).text()
    await bridge.close()
  },
}

for (const [name, attach] of Object.entries(process.argv[2] === 'servers' ? SERVERS : INTEGRATIONS)) {
  const registry = createRegistry({ policy: { openTimeout: '1h' } })
  await attach(registry)
  registry.breaker('down').trip()
  for (let turns = 0; turns < 20; turns++) await turn()
  // Of the pipes to who has started this, nothing is said; nor of connections that are kept for the next request.
  const kept = process.getActiveResourcesInfo().filter((resource) => !/Pipe|TTY|FS|Immediate|TCPSocket/.test(resource))
  console.log(`${name}: ${kept.join(', ') || 'nothing'}`)
}
