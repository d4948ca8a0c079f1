// Where the services of the demonstration run: four processes and a Redis, or all in this process and a store in its memory.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { memoryStore } from '../../src/fleet/index.ts'
import { startRedis } from '../../test/fleet/support/redis-server.ts'
import type { Message } from './process.ts'
import { type Deed, type Services, startServices, type View } from './services.ts'

export interface Running {
  /** What they share, and where they run, in words. */
  readonly what: string
  /** By process, as told last. */
  views(): View[][]
  killStore(): Promise<void>
  /** Without the data that it had. */
  startStore(): Promise<void>
  command(what: 'isolate' | 'enable'): Promise<void>
  close(): Promise<void>
}

const NAMES = ['1', '2', '3', '4']
const PROGRAM = fileURLToPath(new URL('./process.ts', import.meta.url))
const LOADER = ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href]

export async function runOverRedis(url: string, tell: (deed: Deed) => void): Promise<Running> {
  const redis = await startRedis()
  const children: ChildProcess[] = []
  const latest = new Map<string, View[]>()

  async function start(name: string): Promise<void> {
    const child = fork(PROGRAM, [name, redis.url, url], {
      execArgv: LOADER,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    children.push(child)
    child.on('message', (message: Message) => {
      if (message.type === 'deed') tell(message.deed)
      else latest.set(name, message.views)
    })
    const [first] = await Promise.race([once(child, 'message'), once(child, 'exit')])
    if (typeof first !== 'object') throw new Error(`process ${name} ended before it had started`)
  }

  async function close(): Promise<void> {
    const running = children.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null)
    const exited = running.map((child) => once(child, 'exit'))
    for (const child of running) child.kill('SIGKILL')
    await Promise.all(exited)
    await redis.close()
  }

  try {
    await Promise.all(NAMES.map(start))
  } catch (error) {
    await close()
    throw error
  }
  return {
    what: `4 processes (${children.map(({ pid }) => pid).join(', ')}) of 5 services each, one Redis on port ${redis.port}`,
    views: () => NAMES.map((name) => latest.get(name) ?? []),
    killStore: () => redis.kill(),
    startStore: () => redis.start(),
    command: async (what) => void children[0]?.send(what, () => {}),
    close,
  }
}

export async function runInMemory(url: string, tell: (deed: Deed) => void): Promise<Running> {
  const store = memoryStore()
  const groups: Services[] = await Promise.all(NAMES.map((name) => startServices(name, store, url, tell)))
  return {
    what: 'no /usr/bin/redis-server here: 20 services in this one process, and a store in its memory',
    views: () => groups.map((group) => group.views()),
    killStore: async () => store.stop(),
    async startStore() {
      store.flush()
      store.start()
    },
    command: async (what) => groups[0]?.command(what),
    close: async () => void (await Promise.all(groups.map((group) => group.close()))),
  }
}
