// Timetable: what goes wrong with the demo's services, and when, as shares of the run. Run beside the traffic.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Endpoint } from './endpoint.ts'
import type { Journal } from './journal.ts'
import type { Behaviour } from './service.ts'
import type { Service, ServiceHost } from './service-host.ts'

export interface Cast {
  readonly endpoint: Endpoint
  /** `null` for the user's own, with which we do nothing. */
  readonly service: Service | null
}

export interface IncidentRun {
  readonly host: ServiceHost
  readonly journal: Journal
  /** Of one round of the timetable. */
  readonly durationMs: number
  /** Whether the timetable starts over when a round is done. */
  readonly repeats: boolean
  /** Aborted when the run ends, whatever is still to come. */
  readonly signal: AbortSignal
}

/** Gives the service as it goes on: one that was killed has another process. */
type Part = (endpoint: Endpoint, service: Service, incidentRun: IncidentRun) => Promise<Service>

/** Beyond the timeout: what is only slow at first fails in the end. */
const SLOWEST_MS = 1500
const WELL_AGAIN_MS = 12

const PARTS: Partial<Record<Behaviour, Part>> = {
  // Bad from the start: as its callers see it, from the first call.
  async flaky({ incident }, service) {
    incident.badAt ??= performance.now()
    return service
  },

  async hanging({ incident }, service) {
    incident.badAt ??= performance.now()
    return service
  },

  async killed({ name, incident, pids }, service, { host, journal, durationMs, signal }) {
    await sleep(durationMs * 0.25, undefined, { signal })
    incident.badAt ??= performance.now()
    await service.kill()
    journal.add(name, 'its process was killed (SIGKILL)')
    await sleep(durationMs * 0.25, undefined, { signal })
    journal.add(name, 'its process is started again')
    const { port } = service
    const next = await host.start('killed', port, () => {
      journal.add(name, `port ${port} is taken by another process: it tries until it gets it`)
    })
    incident.goodAt ??= performance.now()
    pids.push(next.pid)
    journal.add(name, `listens on its port again (pid ${next.pid})`)
    return next
  },

  async slowing({ name, incident }, service, { journal, durationMs, signal }) {
    await sleep(durationMs * 0.2, undefined, { signal })
    incident.badAt ??= performance.now()
    service.order({ latencyMs: SLOWEST_MS, overMs: durationMs * 0.3 })
    journal.add(name, 'begins to grow slow')
    await sleep(durationMs * 0.4, undefined, { signal })
    incident.goodAt ??= performance.now()
    service.order({ latencyMs: WELL_AGAIN_MS, overMs: 0 })
    journal.add(name, 'answers fast again')
    return service
  },
}

export async function followTimetable(cast: readonly Cast[], incidentRun: IncidentRun): Promise<void> {
  const parts = cast.map(async ({ endpoint, service }) => {
    if (service === null) return
    try {
      await play(endpoint, service, incidentRun)
    } catch (error) {
      // The end of the run ends every wait; only what goes wrong before that is news.
      if (!incidentRun.signal.aborted) incidentRun.journal.add(endpoint.name, (error as Error).message)
    }
  })
  await Promise.all(parts)
}

async function play(endpoint: Endpoint, first: Service, incidentRun: IncidentRun): Promise<void> {
  const part = PARTS[first.behaviour]
  let service = first
  do {
    const roundEnds = performance.now() + incidentRun.durationMs
    service = (await part?.(endpoint, service, incidentRun)) ?? service
    if (incidentRun.repeats) await sleep(roundEnds - performance.now(), undefined, { signal: incidentRun.signal })
  } while (incidentRun.repeats)
}
