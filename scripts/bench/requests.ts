// What a request costs more through a breaker: plain fetch and undici, ours, and opossum around the same, on a loopback server
// that is a process of its own. In rounds of short turns, in which each path has one and the bases have theirs among them: what
// else the machine does is longer than a round, and hits all alike.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import Opossum from 'opossum'
import { Agent, request } from 'undici'
import { breakerInterceptor, createFetch, createRegistry } from './package.ts'
import { median } from './turns.ts'

const REQUESTS_A_TURN = 20
const REQUESTS_TO_SETTLE = 3
/** Of each path: a service has run for longer, and code that was not compiled yet costs several times as much. */
const REQUESTS_TO_WARM_UP = 3_000
/** By turns: else each path would spoil for the others what was compiled for it alone. */
const WARM_UP_TURNS = 4

const SERVER = `
  const server = require('node:http').createServer((_, response) => response.end('{"ok":true}'))
  server.keepAliveTimeout = 60_000
  server.listen(0, '127.0.0.1', () => process.send(server.address().port))
  process.on('disconnect', () => process.exit())
`

/** What a path costs beside its base, in the time that passes and in time of this process's processor. */
export interface RequestCost {
  readonly path: string
  /** Median over the rounds of the path's time by its base's, both of the same round: 1.03 is 3 % more. */
  readonly ratio: number
  /** The same of the time of this process's processor, which does not wait for the server. */
  readonly cpuRatio: number
  readonly microseconds: number
  readonly baseMicroseconds: number
}

interface Turn {
  readonly wall: number
  readonly cpu: number
}

type Path = (url: string) => Promise<unknown>

/** Takes about three quarters of a minute by default. @param rounds in each of which every path has a turn */
export async function measureRequests(rounds = 400): Promise<RequestCost[]> {
  const server = spawn(process.execPath, ['-e', SERVER], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const registry = createRegistry()
  const plain = new Agent()
  const guarded = new Agent()
  const idle = new Agent()
  try {
    return await measure(await addressOf(server), rounds, pathsOf(registry, plain, guarded, idle))
  } finally {
    server.disconnect()
    await Promise.all([registry.close(), plain.close(), guarded.close(), idle.close()])
  }
}

async function addressOf(server: ChildProcess): Promise<string> {
  const [port] = await once(server, 'message')
  return `http://127.0.0.1:${port}/path`
}

type Paths = Readonly<Record<string, readonly [path: Path, base: Path]>>

function pathsOf(registry: ReturnType<typeof createRegistry>, plain: Agent, guarded: Agent, idle: Agent): Paths {
  const body = async (response: Response) => response.text()
  const bare: Path = async (url) => body(await fetch(url))
  const by = (get: typeof fetch): Path => {
    return async (url) => body(await get(url))
  }
  const undici = (dispatcher: Agent): Path => {
    return async (url) => (await request(url, { dispatcher })).body.text()
  }
  const around = (get: (url: string) => Promise<Response>, timeout: number | false): Path => {
    const breaker = new Opossum(get, { timeout })
    return async (url) => body(await breaker.fire(url))
  }
  const bareUndici = undici(plain)
  const breaker = new Opossum((url: string) => request(url, { dispatcher: plain }), { timeout: false })
  return {
    'fetch, twice': [by(fetch), bare],
    createFetch: [by(createFetch(registry)), bare],
    'opossum around fetch': [around((url) => fetch(url), false), bare],
    // What anybody pays who wants it aborted; opossum leaves it running.
    'fetch with AbortSignal.timeout': [
      async (url) => body(await fetch(url, { signal: AbortSignal.timeout(10_000) })),
      bare,
    ],
    'createFetch, with a timeout': [by(createFetch(registry, { timeout: '10s' })), bare],
    'opossum around fetch, with a timeout': [around((url) => fetch(url), 10_000), bare],
    'createFetch, body watched': [by(createFetch(registry, { watchBody: true })), bare],
    'undici.request, twice': [undici(plain), bareUndici],
    // What compose costs by itself: it translates the headers there and back.
    'undici, an interceptor that does nothing': [
      undici(idle.compose((dispatch) => (o, h) => dispatch(o, h)) as Agent),
      bareUndici,
    ],
    'undici interceptor': [undici(guarded.compose(breakerInterceptor(registry)) as Agent), bareUndici],
    'opossum around undici.request': [async (url) => (await breaker.fire(url)).body.text(), bareUndici],
  }
}

async function measure(url: string, rounds: number, paths: Paths): Promise<RequestCost[]> {
  const costs = Object.entries(paths)
  const all = [...new Set(costs.flatMap(([, [path, base]]) => [path, base]))]
  for (let turn = 0; turn < WARM_UP_TURNS; turn++) {
    for (const path of all) for (let n = 0; n < REQUESTS_TO_WARM_UP / WARM_UP_TURNS; n++) await path(url)
  }
  const turns = new Map<Path, Turn[]>(all.map((path) => [path, []]))
  for (let round = 0; round < rounds; round++) {
    for (let place = 0; place < all.length; place++) {
      // Each begins as often as any other, and has both neighbours before it and behind it.
      const step = round % 2 === 0 ? place : all.length - 1 - place
      const path = all[(step + round) % all.length] as Path
      turns.get(path)?.push(await turnOf(path, url))
    }
  }
  const turnsOf = (path: Path): Turn[] => turns.get(path) ?? []
  return costs.map(([name, [path, base]]) => costOf(name, turnsOf(path), turnsOf(base)))
}

async function turnOf(path: Path, url: string): Promise<Turn> {
  for (let count = 0; count < REQUESTS_TO_SETTLE; count++) await path(url)
  const before = process.cpuUsage()
  const start = process.hrtime.bigint()
  for (let count = 0; count < REQUESTS_A_TURN; count++) await path(url)
  const wall = Number(process.hrtime.bigint() - start) / 1_000
  const { user, system } = process.cpuUsage(before)
  return { wall: wall / REQUESTS_A_TURN, cpu: (user + system) / REQUESTS_A_TURN }
}

function costOf(path: string, own: readonly Turn[], base: readonly Turn[]): RequestCost {
  const ratio = (kind: keyof Turn) => median(own.map((turn, round) => turn[kind] / (base[round] as Turn)[kind]))
  return {
    path,
    ratio: ratio('wall'),
    cpuRatio: ratio('cpu'),
    microseconds: median(own.map(({ wall }) => wall)),
    baseMicroseconds: median(base.map(({ wall }) => wall)),
  }
}
