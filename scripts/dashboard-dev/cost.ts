// Cost: what a dashboard with one watcher costs the process it is in, at so many endpoints: idle, and while all of them
// change. The watcher is a process of its own, so that only the server is measured. `npx tsx scripts/dashboard-dev/cost.ts`
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { createDashboard } from '../../src/dashboard/index.ts'
import { createRegistry, type Registry } from '../../src/index.ts'

/** Of a measured time. */
export interface Cost {
  /** CPU time of the process, of one core: 0.03 is 3 %. */
  readonly ofACore: number
  /** The longest time that the event loop was blocked, in ms. */
  readonly longestBlockMs: number
  /** What went over the wire. */
  readonly bytesPerSecond: number
}

const READER = `
  let bytes = 0
  process.on('message', () => { process.send(bytes); bytes = 0 })
  process.on('disconnect', () => process.exit())
  const { body } = await fetch(process.argv[1] + 'api/stream')
  process.send('reading')
  for await (const chunk of body) bytes += chunk.byteLength
`

/** With one endpoint changed by `change` every time it is called; `null`: nothing happens. */
async function measure(
  registry: Registry,
  forMs: number,
  change: (() => void) | null,
  isWatched: boolean,
): Promise<Cost> {
  const dashboard = createDashboard(registry)
  const { url } = await dashboard.listen()
  const reader = isWatched ? await startReader(url) : null
  // The full image is not what is measured.
  await pause(1_500)
  if (reader !== null) await bytesOf(reader)
  const timer = change === null ? undefined : setInterval(change, 10)
  const before = process.cpuUsage()
  await pause(forMs)
  const { user, system } = process.cpuUsage(before)
  const bytes = reader === null ? 0 : await bytesOf(reader)
  // After the rest: it is a timer of a millisecond, which costs more than the dashboard.
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  await pause(forMs / 2)
  delay.disable()
  clearInterval(timer)
  reader?.disconnect()
  await dashboard.close()
  return {
    ofACore: (user + system) / 1000 / forMs,
    longestBlockMs: delay.max / 1e6,
    bytesPerSecond: Math.round(bytes / (forMs / 1000)),
  }
}

async function startReader(url: string): Promise<ChildProcess> {
  const reader = spawn(process.execPath, ['--input-type=module', '-e', READER, url], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  await once(reader, 'message')
  return reader
}

async function bytesOf(reader: ChildProcess): Promise<number> {
  const answer = once(reader, 'message')
  reader.send('bytes?')
  const [bytes] = await answer
  return bytes
}

/** Nothing happens; each breaker has a rate over a window of time, which has to be looked at again. */
export async function idleCost(endpoints: number, forMs = 10_000, isWatched = true): Promise<Cost> {
  const registry = registryOf(endpoints)
  const cost = await measure(registry, forMs, null, isWatched)
  await registry.close()
  return cost
}

/** Every endpoint has a call a second. The difference to `isWatched: false` is the cost of being watched. */
export async function busyCost(endpoints: number, forMs = 10_000, isWatched = true): Promise<Cost> {
  const registry = registryOf(endpoints)
  let next = 0
  const perTick = Math.ceil(endpoints / 100)
  const change = () => {
    for (let count = 0; count < perTick; count++) {
      registry.breaker(`service-${next++ % endpoints}`).recordSuccess(5)
    }
  }
  const cost = await measure(registry, forMs, change, isWatched)
  await registry.close()
  return cost
}

function registryOf(endpoints: number): Registry {
  const registry = createRegistry({
    policy: { failureRate: { threshold: 0.5, window: { time: '1m' } }, latencySampling: 1 },
  })
  for (let index = 0; index < endpoints; index++) registry.breaker(`service-${index}`).recordSuccess(3)
  return registry
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const endpoints = Number(process.argv[2] ?? 10_000)
  const rows = {
    'idle, nobody watches': await idleCost(endpoints, 5_000, false),
    'idle, one watches': await idleCost(endpoints),
    'a call a second each, nobody watches': await busyCost(endpoints, 5_000, false),
    'a call a second each, one watches': await busyCost(endpoints),
  }
  console.table(rows)
}
