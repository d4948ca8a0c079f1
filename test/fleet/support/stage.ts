// Stage: a crew of 4 processes of 10 registries, the service they call, the Redis they share, and the network between them; and
// what must be true of all of it whatever happens.
import type { FleetOptions } from '../../../src/fleet/index.ts'
import type { PolicyOptions } from '../../../src/index.ts'
import { type Crew, type MemberReport, startCrew } from './crew.ts'
import { type Downstream, startDownstream } from './downstream.ts'
import { type Network, startProxy } from './proxy.ts'
import { type RedisServer, startRedis } from './redis-server.ts'
import { eventually } from './traffic.ts'

export const PROCESSES = 4
export const REGISTRIES = 10

/** Something that has to be so, and what was seen. */
export interface Check {
  readonly what: string
  readonly seen: string
  readonly isMet: boolean
}

export interface Stage {
  readonly redis: RedisServer
  readonly service: Downstream
  readonly crew: Crew
  /** Between the second half of the processes and the server. */
  readonly network: Network
  /** How long the fleet stays open, in ms. */
  readonly openMs: number
  /** How many members there are. */
  size: number
  close(): Promise<void>
}

export const POLICY = {
  // The fleet opens; alone they would do so much later.
  failureThreshold: 1_000,
  openTimeout: '3s',
  probeTimeout: '1500ms',
  successThreshold: 2,
} as const satisfies PolicyOptions

export const FLEET: FleetOptions = {
  namespace: 'crew',
  failureRate: { threshold: 0.5, minimumCalls: 20, window: '2s' },
  ramp: { shares: [0.5], step: '300ms' },
}

/** Every write is on disk before it is answered. */
const DURABLE = ['--appendonly', 'yes', '--appendfsync', 'always']

/** `redisArgs`: by default the server keeps its data when it is killed. */
export async function startStage(redisArgs: readonly string[] = DURABLE): Promise<Stage> {
  const endings: (() => Promise<void>)[] = []
  const close = async () => {
    for (const end of endings.toReversed()) await end()
  }
  try {
    const redis = await startRedis(...redisArgs)
    endings.push(redis.close)
    const service = await startDownstream()
    endings.push(service.close)
    const network = await startProxy(redis.port)
    endings.push(network.close)
    const behind = `redis://127.0.0.1:${network.port}`
    const settings = { registries: REGISTRIES, serviceUrl: service.url, everyMs: 100, policy: POLICY, fleet: FLEET }
    const crew = await startCrew(settings, [redis.url, redis.url, behind, behind])
    endings.push(crew.close)
    const stage = { redis, service, network, crew, openMs: 3_000, size: PROCESSES * REGISTRIES, close }
    await inStep(stage)
    return stage
  } catch (error) {
    await close()
    throw error
  }
}

/** Settles when it is so of every member, and gives how long that took, in ms. */
export async function all(
  { crew, size }: Stage,
  what: string,
  isSo: (member: MemberReport) => boolean,
  withinMs = 15_000,
): Promise<number> {
  const from = performance.now()
  let members: readonly MemberReport[] = []
  try {
    await eventually(
      what,
      async () => {
        members = await crew.members()
        return members.length === size && members.every(isSo)
      },
      withinMs,
    )
  } catch (error) {
    const others = members.filter((member) => !isSo(member))
    const shown = others.slice(0, 3).map((member) => JSON.stringify(member))
    throw new Error(`${String(error)}; not so of ${others.length} of ${members.length}: ${shown.join('\n')}`)
  }
  return performance.now() - from
}

export const isOpen = ({ override }: MemberReport) => override === 'open'
export const isClosed = ({ override, local }: MemberReport) => override === '-' && local === 'closed'

export async function inStep(stage: Stage): Promise<number> {
  const states: readonly string[] = ['synced', 'polling']
  return await all(stage, 'in step with the store', ({ stats: { state, live } }) => {
    return states.includes(state) && live === stage.size
  })
}

/** The service dies; gives when all are open. */
export async function openAll(stage: Stage): Promise<number> {
  stage.service.mode = 'fail'
  return await all(stage, 'open everywhere', isOpen)
}

/** The service is well; gives when all are closed. */
export async function closeAll(stage: Stage): Promise<number> {
  stage.service.mode = 'ok'
  return await all(stage, 'closed everywhere', isClosed, 20_000)
}

export function check(what: string, seen: number | string, isMet: boolean): Check {
  return { what, seen: typeof seen === 'number' ? String(Math.round(seen * 10) / 10) : seen, isMet }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

const sumOf = (members: readonly MemberReport[], of: keyof MemberReport['counts']) =>
  members.reduce((sum, { counts }) => sum + counts[of], 0)

/** While the service is well, and something happens to the store: what the calls came to. */
export async function unharmed(stage: Stage, happens: () => Promise<void>): Promise<Check[]> {
  const before = await stage.crew.members()
  await happens()
  const after = await stage.crew.members()
  const since = (of: keyof MemberReport['counts']) => sumOf(after, of) - sumOf(before, of)
  return [
    check('calls that succeeded meanwhile', since('succeeded'), since('succeeded') > 100),
    check('calls rejected', since('rejected'), since('rejected') === 0),
    check('calls failed', since('failed') + since('other'), since('failed') + since('other') === 0),
  ]
}

/** What must be so whatever has happened. `heaps`: what they were before. */
export async function sound(stage: Stage, heaps: readonly number[]): Promise<Check[]> {
  const members = await stage.crew.members()
  const health = await stage.crew.health()
  const others = members.flatMap(({ others }) => others)
  const errors = members.flatMap(({ errors }) => errors)
  const setBacks = members.reduce((sum, member) => sum + member.setBacks, 0)
  const grown = Math.max(...health.heaps.map((heap, index) => heap - (heaps[index] ?? heap))) / 1e6
  const longest = Math.max(...members.map(({ longestMs }) => longestMs))
  return [
    check('calls that failed because of the store', others.length === 0 ? 0 : others.join('; '), others.length === 0),
    check('errors told', errors.length === 0 ? 0 : errors.join('; '), errors.length === 0),
    check(
      'rejections that nobody handled',
      health.unhandled.length === 0 ? 0 : health.unhandled.join('; '),
      health.unhandled.length === 0,
    ),
    check('versions that went back', setBacks, setBacks === 0),
    check('heap grown by, MB', grown, grown < 4),
    // Of a machine that does other things, too: nothing here waits, but anything may be kept from running.
    check('longest admission, ms', longest, longest < 1_000),
  ]
}
