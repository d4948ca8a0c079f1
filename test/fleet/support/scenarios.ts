// What happens to 40 members in 4 processes, and what must come of it: run by processes.test.ts and scripts/fleet-faults.ts.
import { newKeys } from '../../../src/fleet/redis/keys.ts'
import type { MemberReport } from './crew.ts'
import { startRedis } from './redis-server.ts'
import { all, type Check, check, closeAll, inStep, isOpen, openAll, pause, type Stage, unharmed } from './stage.ts'
import { eventually } from './traffic.ts'

const [RECORDS = ''] = newKeys('crew').common

export type Scenario = (stage: Stage) => Promise<Check[]>

const most = (values: readonly number[]) => Math.max(...values)

function processesOf(members: readonly MemberReport[]): Map<string, MemberReport[]> {
  const processes = new Map<string, MemberReport[]>()
  for (const member of members) {
    const [process = ''] = member.name.split('.')
    processes.set(process, [...(processes.get(process) ?? []), member])
  }
  return processes
}

export interface OpeningTimes {
  /** From the report that opened it to the last member that was override open, in ms. */
  readonly last: number
  /** The same to the first member of the last process: the others of a process take their turns after it. */
  readonly lastProcess: number
  /** The same to the first member of all. */
  readonly first: number
  /** From the first member to the last. */
  readonly spread: number
}

export async function openingTimes({ crew }: Stage): Promise<OpeningTimes> {
  const members = await crew.members()
  const opener = members.find(({ name, writer }) => name === writer)
  const reportedAt = opener?.reportedAt ?? Number.NaN
  const opened = members.map(({ openedAt }) => openedAt)
  const processes = processesOf(members)
  const firsts = Array.from(processes.values(), (own) => Math.min(...own.map(({ openedAt }) => openedAt)))
  return {
    last: most(opened) - reportedAt,
    lastProcess: most(firsts) - reportedAt,
    first: Math.min(...opened) - reportedAt,
    spread: most(opened) - Math.min(...opened),
  }
}

/** A service that is down, while the fleet is open: what reaches it in so many open times. */
async function probesIn({ service, openMs }: Stage, openTimes: number): Promise<Check[]> {
  await pause(100)
  service.count()
  await pause(openTimes * openMs)
  const { requests, mostAtOnce } = service.count()
  return [
    check(`probes in ${openTimes} open times`, requests, requests >= 1 && requests <= Math.ceil(openTimes) + 1),
    check('probes at a time', mostAtOnce, mostAtOnce === 1),
  ]
}

/** The service is well again: one probe after the other, then all are closed. */
async function recovery(stage: Stage): Promise<Check[]> {
  const { service } = stage
  await pause(50)
  service.count()
  const tookMs = await closeAll(stage)
  const { first } = service.count()
  return [
    check('closed everywhere after, ms', tookMs, true),
    // After the second all may call.
    check('under way as each of the two probes came', first.join(' and '), first.join() === '1,1'),
  ]
}

/** The service dies and comes back; the store is well. */
export const outage: Scenario = async (stage) => {
  const tookMs = await openAll(stage)
  const { last, spread } = await openingTimes(stage)
  const checks = [
    check('open everywhere after, ms', tookMs, true),
    check('from the report that opens it to the last member, ms', last, last < 1_000),
    check('from the first member to the last, ms', spread, spread < 1_000),
    ...(await probesIn(stage, 2)),
  ]
  return [...checks, ...(await recovery(stage))]
}

const hangs =
  (ms: number): Scenario =>
  async (stage) => {
    const { redis } = stage
    const checks = await unharmed(stage, async () => {
      redis.pause()
      await pause(ms)
      redis.resume()
    })
    return [...checks, check('in step again after, ms', await inStep(stage), true)]
  }

export const hangsFor3s = hangs(3_000)
export const hangsFor6s = hangs(6_000)

/** In the middle of an open time the server is killed; what was decided stays decided. */
const restarts =
  (isEmpty: boolean): Scenario =>
  async (stage) => {
    const { redis, service, crew } = stage
    await openAll(stage)
    const before = await crew.members()
    const version = most(before.map(({ version }) => version))
    const repairedBefore = before.reduce((sum, { stats }) => sum + stats.link.repaired, 0)
    await pause(50)
    service.count()
    await redis.kill()
    await redis.start(...(isEmpty ? ['--appendonly', 'no', '--dbfilename', 'none'] : ['--appendonly', 'yes']))
    const backMs = await inStep(stage)
    const members = await crew.members()
    const override = members.filter(({ override }) => override === 'open' || override === 'halfOpen').length
    const records = String(await redis.run('HVALS', RECORDS))
    const repaired = members.reduce((sum, { stats }) => sum + stats.link.repaired, 0) - repairedBefore
    const checks = [
      check('in step again after, ms', backMs, true),
      check('members that still reject', override, override === stage.size),
      check(
        'lowest version known',
        Math.min(...members.map(({ version }) => version)),
        members.every((member) => member.version >= version),
      ),
      check('the store has it again', records === '' ? 'no' : 'yes', records !== ''),
      check('endpoints that it took from members', repaired, isEmpty ? repaired > 0 : repaired === 0),
      // One that has come while the store was coming back is followed by the next an open time later.
      ...(await probesIn(stage, 1.5)),
    ]
    return [...checks, ...(await recovery(stage))]
  }

export const restartsEmpty = restarts(true)
export const restartsWithData = restarts(false)

/** Killed while everything is well; it is away for 3 s. */
export const isAwayWhileClosed: Scenario = async (stage) => {
  const checks = await unharmed(stage, async () => {
    await stage.redis.kill()
    await pause(3_000)
    await stage.redis.start('--appendonly', 'no')
    await inStep(stage)
  })
  return checks
}

/** Away until the open time has passed: everybody finds out alone, at a pace, and nobody stays open. */
export const isAwayWhileItRecovers: Scenario = async (stage) => {
  const { redis, service } = stage
  await openAll(stage)
  await redis.kill()
  await pause(50)
  service.count()
  service.mode = 'ok'
  const from = performance.now()
  await all(stage, 'nothing rejected without the store', ({ override }) => override === '-')
  const aloneMs = performance.now() - from
  await redis.start('--appendonly', 'no')
  const checks = await unharmed(stage, async () => {
    await inStep(stage)
    await closeAll(stage)
  })
  const within = stage.openMs + (stage.size / 20) * 1_000 + 2_000
  return [check('nothing rejected any more after, ms', aloneMs, aloneMs < within), ...checks]
}

export const isFlushed: Scenario = async (stage) => {
  const { redis, crew } = stage
  const calm = await unharmed(stage, async () => {
    await redis.run('FLUSHALL')
    await pause(1_300)
    await inStep(stage)
  })
  await openAll(stage)
  const version = most((await crew.members()).map(({ version }) => version))
  await redis.run('FLUSHALL')
  await pause(1_300)
  const members = await crew.members()
  const kept = members.filter((member) => member.override !== '-' && member.version >= version).length
  return [...calm, check('members that still reject', kept, kept === stage.size), ...(await recovery(stage))]
}

/** Half of the processes lose the store; the other half goes on as a fleet. */
export const halfIsCut: Scenario = async (stage) => {
  const { network, crew, service } = stage
  const isCutOff = ({ name }: { readonly name: string }) => name.startsWith('p2.') || name.startsWith('p3.')
  const calm = await unharmed(stage, async () => {
    network.cut(true)
    await all(stage, 'half of them degraded', (member) => (member.stats.state === 'degraded') === isCutOff(member))
  })
  service.mode = 'fail'
  await all(stage, 'the other half open', (member) => isCutOff(member) || isOpen(member))
  const cut = (await crew.members()).filter(isCutOff)
  const alone = cut.filter(({ override }) => override === '-').length
  network.cut(false)
  await all(stage, 'all override', ({ override }) => override !== '-')
  return [
    ...calm,
    check('members without the store that rule alone', alone, alone === cut.length),
    ...(await recovery(stage)),
  ]
}

/** Sockets that carry nothing any more, and nobody is told: those of half of the processes. */
export const halfIsFrozen: Scenario = async (stage) => {
  const checks = await unharmed(stage, async () => {
    stage.network.freeze('both')
    await pause(1_500)
  })
  return [...checks, check('in step again after, ms', await inStep(stage), true)]
}

/** Killed with the lease for the only probe. */
export const proberIsKilled: Scenario = async (stage) => {
  const { service, crew } = stage
  await openAll(stage)
  await pause(50)
  service.count()
  service.mode = 'hold'
  await eventually('a probe', () => service.count().requests > 0)
  const prober = service.lastCaller
  await crew.kill(prober)
  stage.size -= 10
  const from = performance.now()
  service.mode = 'ok'
  await eventually('another probe', () => service.count().requests > 0)
  const againMs = performance.now() - from
  const tookMs = await closeAll(stage)
  return [
    check('probed again after, ms (its lease lasts 1500 ms)', againMs, againMs < 5_000),
    check('by another process', service.lastCaller, service.lastCaller.split('.')[0] !== prober.split('.')[0]),
    check('closed everywhere after, ms', tookMs, true),
  ]
}

/** The server is gone for good, and its replica takes its place. For those behind the network: all others are cut off. */
export const replicaIsPromoted: Scenario = async (stage) => {
  const { redis, network, crew } = stage
  const replica = await startRedis('--replicaof', '127.0.0.1', String(redis.port), '--repl-diskless-sync-delay', '0')
  try {
    await eventually('in step with its primary', async () => {
      return String(await replica.run('INFO', 'replication')).includes('master_link_status:up')
    })
    await openAll(stage)
    const version = most((await crew.members()).map(({ version }) => version))
    await redis.kill()
    await replica.run('REPLICAOF', 'NO', 'ONE')
    network.target = replica.port
    network.cut(true)
    network.cut(false)
    const isBehind = ({ name }: { readonly name: string }) => name.startsWith('p2.') || name.startsWith('p3.')
    await all(stage, 'in step with the replica', (member) => !isBehind(member) || member.stats.state === 'synced')
    const members = (await crew.members()).filter(isBehind)
    const kept = members.filter((member) => member.version >= version && member.override !== '-').length
    stage.service.mode = 'ok'
    await all(stage, 'nothing rejected', ({ override }) => override === '-', 20_000)
    let records = ''
    await eventually('closed in the replica', async () => {
      records = String(await replica.run('HVALS', RECORDS))
      return / closed /.test(records)
    })
    return [check('members that still reject', kept, kept === members.length), check('in the replica', records, true)]
  } finally {
    network.target = redis.port
    await replica.close()
    await redis.start()
    await inStep(stage)
  }
}
