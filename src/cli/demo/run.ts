// Run: the services, the registry, the traffic and the timetable of one demo, from the first process to the last.
import { setMaxListeners } from 'node:events'
import { createRegistry, describeReason, type Registry } from '../../index.ts'
import { type Endpoint, newEndpoint } from './endpoint.ts'
import { sawClosed, sawOpen } from './incident.ts'
import { type Entry, type Journal, newJournal } from './journal.ts'
import type { DemoOptions } from './options.ts'
import { type Report, reportOf } from './report.ts'
import { createServiceHost, type ServiceHost } from './service-host.ts'
import { servicePlans, underlyingPolicy, usualPolicy } from './services.ts'
import { type Cast, followTimetable } from './timetable.ts'
import { drive } from './traffic.ts'

/** What a view sees of a run. */
export interface Scene {
  readonly options: DemoOptions
  /** ms of performance.now() */
  readonly startedAt: number
  readonly endpoints: readonly Endpoint[]
  readonly journal: Journal
  /** Where else there is something to see. */
  readonly notices: readonly string[]
}

export interface Audience {
  begins(scene: Scene): void
  happened(entry: Entry): void
  /** While the breakers can still be read. */
  ends(): void
}

/** What looks at the registry from outside, such as a dashboard: where it is to be found, and how to end it. */
export interface Attachment {
  readonly lines: readonly string[]
  close(): Promise<void>
}

export type Attach = (registry: Registry) => Promise<Attachment>

/** What a call in flight may still take when the time is up. */
const LONGEST_DRAIN_MS = 1000
/** One round of the timetable, where the run has no end: long enough to follow it with the eye. */
const ROUND_MS = 40_000

/** Resolves when nothing of it is left; to `null` if `interrupt` came before the first call. */
export async function runDemo(
  options: DemoOptions,
  audience: Audience,
  interrupt: AbortSignal,
  attach: readonly Attach[] = [],
): Promise<Report | null> {
  const host = createServiceHost()
  const registry = createRegistry()
  const ending = new AbortController()
  const attached: Attachment[] = []
  // Each call in flight listens to it.
  setMaxListeners(0, ending.signal)
  const interrupted = new Promise<null>((resolve) => {
    const end = () => {
      ending.abort()
      resolve(null)
    }
    if (interrupt.aborted) end()
    else interrupt.addEventListener('abort', end, { once: true })
  })
  try {
    // First: it fails if a port is in use, and a viewer may see everything from the beginning.
    for (const to of attach) attached.push(await to(registry))
    const cast = await Promise.race([castOf(options, host, registry), interrupted])
    if (cast === null) return null
    const startedAt = performance.now()
    const endpoints = cast.map(({ endpoint }) => endpoint)
    const journal = newJournal(startedAt, audience.happened)
    observe(registry, endpoints, journal)
    audience.begins({ options, startedAt, endpoints, journal, notices: attached.flatMap(({ lines }) => lines) })
    const repeats = !Number.isFinite(options.durationMs)
    const roundMs = repeats ? ROUND_MS : options.durationMs
    void followTimetable(cast, { host, journal, durationMs: roundMs, repeats, signal: ending.signal })
    await perform(options, registry, endpoints, startedAt, ending)
    const interruptedBy = interrupt.aborted ? String(interrupt.reason) : null
    const elapsedMs = Math.min(performance.now() - startedAt, options.durationMs)
    const durationMs = interruptedBy === null ? options.durationMs : elapsedMs
    return reportOf(options, endpoints, journal.entries, durationMs, interruptedBy)
  } finally {
    ending.abort()
    audience.ends()
    await Promise.allSettled(attached.map((attachment) => attachment.close()))
    await Promise.all([registry.close(), host.stopAll()])
  }
}

async function castOf({ policy, durationMs, endpoints }: DemoOptions, host: ServiceHost, registry: Registry) {
  const given = policy && { ...underlyingPolicy(), ...policy }
  if (endpoints !== null) {
    return endpoints.map(({ name, url }): Cast => {
      const breaker = registry.breaker(name, given ?? usualPolicy(durationMs))
      return { endpoint: newEndpoint(name, url, breaker), service: null }
    })
  }
  const starting = servicePlans(durationMs).map(async ({ behaviour, policy: usual }): Promise<Cast> => {
    const service = await host.start(behaviour)
    const breaker = registry.breaker(behaviour, given ?? usual)
    return { endpoint: newEndpoint(behaviour, `http://127.0.0.1:${service.port}/`, breaker, service.pid), service }
  })
  return Promise.all(starting)
}

function observe(registry: Registry, endpoints: readonly Endpoint[], journal: Journal): void {
  const byName = new Map(endpoints.map((endpoint) => [endpoint.name, endpoint]))
  registry.on('transition', ({ endpoint: name, from, to, reason }) => {
    const endpoint = byName.get(name)
    if (endpoint === undefined) return
    const now = performance.now()
    if (to === 'open') {
      endpoint.openings++
      sawOpen(endpoint.incident, now)
    }
    if (to === 'closed') sawClosed(endpoint.incident, now)
    journal.add(name, describeReason(reason), { from, to })
  })
}

/** Calls until the time is up, and waits a little for the calls in flight; or until `ending` is aborted. */
async function perform(
  { durationMs, rate }: DemoOptions,
  registry: Registry,
  endpoints: readonly Endpoint[],
  startedAt: number,
  ending: AbortController,
): Promise<void> {
  const intervalMs = 1000 / rate
  const isEndless = !Number.isFinite(durationMs)
  const lastBell = isEndless ? undefined : setTimeout(() => ending.abort(), durationMs + LONGEST_DRAIN_MS)
  const driving = endpoints.map((endpoint, index) => {
    // Not all at the same moment: they would wait for one another in this one process.
    const startAt = startedAt + (intervalMs * index) / endpoints.length
    return drive(registry, endpoint, { startAt, endAt: startedAt + durationMs, intervalMs }, ending.signal)
  })
  await Promise.all(driving)
  clearTimeout(lastBell)
}
