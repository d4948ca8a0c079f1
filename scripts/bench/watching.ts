// What it costs to be watched: a process with a dashboard and metrics, at so many endpoints, idle and while all of them
// change; and its calls. The watcher is a process of its own, so that only the server is measured.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setImmediate as nextTask, setTimeout as pause } from 'node:timers/promises'
import { Registry as Register } from 'prom-client'
import { createDashboard, createRegistry, registerMetrics } from './package.ts'

type Registry = ReturnType<typeof createRegistry>

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

/** Nanoseconds a call takes of the processor, with what is attached working beside it. */
async function callCost(registry: Registry): Promise<number> {
  const fn = async () => 1
  const breaker = registry.breaker('called')
  const calls = 600_000
  const before = process.cpuUsage()
  for (let call = 0; call < calls; call++) {
    await breaker.call(fn)
    // So that timers and sockets have their turn.
    if (call % 1_000 === 0) await nextTask()
  }
  const { user, system } = process.cpuUsage(before)
  return ((user + system) * 1_000) / calls
}

/** A closed call with dashboard and metrics attached and one client watching, by the same without: by turns. */
export async function watchedCallRatio(rounds = 6): Promise<{ ratio: number; ns: number; baseNs: number }> {
  const registry = createRegistry()
  const costs: Record<'bare' | 'watched', number> = { bare: 0, watched: 0 }
  await callCost(registry)
  for (let round = 0; round < rounds; round++) {
    costs.bare += await callCost(registry)
    const dashboard = createDashboard(registry)
    const metrics = registerMetrics(registry, { register: new Register() })
    const { url } = await dashboard.listen()
    const reader = await startReader(url)
    costs.watched += await callCost(registry)
    reader.disconnect()
    metrics.unregister()
    await dashboard.close()
  }
  await registry.close()
  return { ratio: costs.watched / costs.bare, ns: costs.watched / rounds, baseNs: costs.bare / rounds }
}
