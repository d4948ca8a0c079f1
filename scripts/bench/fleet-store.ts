// What a fleet asks of its store and how fast it is, in 4 processes of 10 members each, and of a process at rest.

import { type RedisServer, startRedis } from '../../test/fleet/support/redis-server.ts'
import { openingTimes } from '../../test/fleet/support/scenarios.ts'
import { closeAll, openAll, pause, REGISTRIES, startStage } from '../../test/fleet/support/stage.ts'
import { createRegistry, joinFleet, memoryStore, redisStore } from './package.ts'
import { median } from './turns.ts'

const REST_MS = 10_000

/** Commands that processes send, not those of scripts, and ms of processor time, so far. */
async function spent(server: RedisServer): Promise<{ readonly commands: number; readonly cpuMs: number }> {
  const stats = String(await server.run('INFO', 'commandstats'))
  const commands = ['evalsha', 'eval'].map((name) => {
    return Number(new RegExp(`cmdstat_${name}:calls=(\\d+)`).exec(stats)?.[1] ?? 0)
  })
  const cpu = String(await server.run('INFO', 'cpu'))
  const seconds = ['user', 'sys'].map((kind) => {
    return Number(new RegExp(`used_cpu_${kind}_main_thread:([\\d.]+)`).exec(cpu)?.[1] ?? Number.NaN)
  })
  return { commands: commands.reduce((sum, one) => sum + one), cpuMs: 1_000 * seconds.reduce((sum, one) => sum + one) }
}

async function over(server: RedisServer, ms: number) {
  const before = await spent(server)
  await pause(ms)
  const after = await spent(server)
  const seconds = ms / 1_000
  return { commands: (after.commands - before.commands) / seconds, cpuMs: (after.cpuMs - before.cpuMs) / seconds }
}

/** Commands a second of one process that calls nothing, with so many breakers. */
export async function commandsAtRest(endpoints: number): Promise<number> {
  const server = await startRedis()
  const registry = createRegistry()
  for (let index = 0; index < endpoints; index++) registry.breaker(`endpoint-${index}`)
  try {
    await joinFleet(registry, { store: redisStore({ url: server.url }) })
    await pause(1_500)
    return (await over(server, REST_MS)).commands
  } finally {
    await registry.close()
    await server.close()
  }
}

const PROCESSES_THAT_POLL = 100
const POLL_FOR_MS = 4_000

/** µs of the server's time for a poll that brings nothing, when there are many. */
export async function timeOfPoll(): Promise<number> {
  const server = await startRedis()
  const store = redisStore({ url: server.url, deadline: 5_000 })
  const links = Array.from({ length: PROCESSES_THAT_POLL }, (_, index) =>
    store.join({ namespace: 'polls', instance: `p${index}` }),
  )
  try {
    await Promise.all(links.map((link) => new Promise<void>((resolve) => link.subscribe(listenerOf(resolve)))))
    const until = performance.now() + POLL_FOR_MS
    const polling = links.map(async (link) => {
      let cursor: string | null = null
      while (performance.now() < until) ({ cursor } = await link.poll({ cursor, entries: [] }))
    })
    await pause(POLL_FOR_MS / 4)
    const { commands, cpuMs } = await over(server, POLL_FOR_MS / 2)
    await Promise.all(polling)
    return (1_000 * cpuMs) / commands
  } finally {
    await Promise.all(links.map((link) => link.close()))
    await server.close()
  }
}

const listenerOf = (onReady: () => void) => ({ onReady, onChanges() {}, onLost() {} })

const MEMBERS = 40
const OPENINGS = 150

/** µs of the processor's time from a decision to its override, for each member, once the code is warm. */
export async function timeOfRuling(): Promise<number> {
  const store = memoryStore()
  const registries = Array.from({ length: MEMBERS }, () => createRegistry())
  const joining = registries.map((registry, index) => {
    registry.breaker('service')
    return joinFleet(registry, { store, instance: `p${index}`, ramp: { shares: [] } })
  })
  const [fleet] = await Promise.all(joining)
  const times: number[] = []
  for (let opening = 0; opening < OPENINGS; opening++) {
    const before = process.cpuUsage()
    await fleet?.trip('service')
    const { user, system } = process.cpuUsage(before)
    if (opening >= OPENINGS / 3) times.push((user + system) / MEMBERS)
    await fleet?.reset('service')
  }
  await Promise.all(registries.map((registry) => registry.close()))
  return median(times)
}

export interface FleetFigures {
  /** Per process, calls going well. */
  readonly commandsPerMember: number
  /** ms of the server's time a second, per process, calls going well. */
  readonly cpuMsPerMember: number
  /** From the report that opened it to the last of 40 that is ruled open, in ms: median and worst. */
  readonly lastOpenMs: number
  readonly worstOpenMs: number
  /** The same to the first member. */
  readonly firstMs: number
  /** The same to the last of the 4 processes. */
  readonly lastProcessMs: number
  /** What a message that asks for nothing takes to the last of 4 processes and back. */
  readonly pingMs: number
  /** That reached a dead service in 10 s, of 40 members. */
  readonly probes: number
  readonly openMs: number
}

export async function measureFleet(outages: number): Promise<FleetFigures> {
  const stage = await startStage([])
  try {
    const rest = await over(stage.redis, REST_MS)
    const [times, processTimes, firsts, pings] = [[], [], [], []] as [number[], number[], number[], number[]]
    for (let ping = 0; ping < 50; ping++) pings.push(await stage.crew.ping())
    let probes = 0
    for (let outage = 0; outage < outages; outage++) {
      await openAll(stage)
      const { last, lastProcess, first } = await openingTimes(stage)
      firsts.push(first)
      times.push(last)
      processTimes.push(lastProcess)
      if (outage === 0) {
        await pause(100)
        stage.service.count()
        await pause(10_000)
        probes = stage.service.count().requests
      }
      await closeAll(stage)
      // Its calls that were well must be out of the window, or the next takes longer to open.
      await pause(500)
    }
    return {
      commandsPerMember: rest.commands / (4 * REGISTRIES),
      cpuMsPerMember: rest.cpuMs / (4 * REGISTRIES),
      lastOpenMs: median(times),
      worstOpenMs: Math.max(...times),
      firstMs: median(firsts),
      lastProcessMs: median(processTimes),
      pingMs: median(pings),
      probes,
      openMs: stage.openMs,
    }
  } finally {
    await stage.close()
  }
}
