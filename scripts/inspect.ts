// npm run inspect: the demo's services, called until Ctrl-C, and their breakers in the Stately inspector.
// `npm run inspect -- --port 8643` for a port of your own choice.
import { setMaxListeners } from 'node:events'
import { parseArgs } from 'node:util'
import { createRegistry, describeReason, type Registry } from '../src/index.ts'
import { createInspectorBridge, inspectRegistry } from '../src/inspect/index.ts'
import { newEndpoint } from './demo/endpoint.ts'
import { newJournal } from './demo/journal.ts'
import { createServiceHost, type ServiceHost } from './demo/service-host.ts'
import { servicePlans } from './demo/services.ts'
import { type Cast, followTimetable } from './demo/timetable.ts'
import { drive } from './demo/traffic.ts'

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const
const CALLS_PER_SECOND = 5
/** What goes wrong with the services is spread over so long; two of them stay as bad as they are. */
const TIMETABLE_MS = 60_000

const ending = new AbortController()
// Each call in flight listens to it.
setMaxListeners(0, ending.signal)
for (const signal of Object.keys(EXIT_CODES)) {
  process.on(signal, () => {
    process.exitCode = EXIT_CODES[signal as keyof typeof EXIT_CODES]
    ending.abort()
  })
}

/** The demo: resolves when `signal` is aborted and its calls have ended. */
async function callServices(registry: Registry, host: ServiceHost, signal: AbortSignal): Promise<void> {
  const starting = servicePlans(TIMETABLE_MS).map(async ({ behaviour, policy }): Promise<Cast> => {
    const service = await host.start(behaviour)
    const breaker = registry.breaker(behaviour, policy)
    return { endpoint: newEndpoint(behaviour, `http://127.0.0.1:${service.port}/`, breaker, service.pid), service }
  })
  const cast = await Promise.all(starting)
  const startAt = performance.now()
  const journal = newJournal(startAt, ({ endpoint, text }) => console.log(`${endpoint}: ${text}`))
  registry.on('transition', ({ endpoint, to, reason }) => journal.add(endpoint, `${to}: ${describeReason(reason)}`))
  const schedule = { startAt, endAt: Number.POSITIVE_INFINITY, intervalMs: 1_000 / CALLS_PER_SECOND }
  await Promise.all([
    followTimetable(cast, { host, journal, durationMs: TIMETABLE_MS, signal }),
    ...cast.map(({ endpoint }) => drive(registry, endpoint, schedule, signal)),
  ])
}

const { values } = parseArgs({ options: { port: { type: 'string', default: '0' } } })
const bridge = await createInspectorBridge({ port: Number(values.port) })
const registry = createRegistry()
const host = createServiceHost()
inspectRegistry(registry, { inspector: bridge })
console.log(`The demo's breakers in the Stately inspector: ${bridge.url}
The inspector itself is loaded from https://stately.ai. Without internet, see the dashboard: npm start -- --dashboard
Ctrl-C ends it.`)
try {
  await callServices(registry, host, ending.signal)
} finally {
  await Promise.all([host.stopAll(), bridge.close(), registry.close()])
}
// Idle connections of fetch would keep it waiting.
process.exit()
