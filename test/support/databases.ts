// Databases: a real PostgreSQL and a real Redis on ports of their own, to be killed and started again.
import { type ChildProcess, execFileSync, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

export interface Database {
  readonly port: number
  /** Starts it, again after a kill; returns when it takes connections. */
  start(): Promise<void>
  /** As a machine that loses its power. */
  kill(): Promise<void>
  /** Ends it, and leaves nothing behind. */
  dispose(): Promise<void>
}

/** `program` is `postgres` itself; `initdb` is beside it. It refuses to run as root. */
export async function createPostgres(program: string): Promise<Database> {
  const folder = mkdtempSync(join(tmpdir(), 'switchgear-postgres-'))
  const user = process.getuid?.() === 0 ? userOf('postgres') : undefined
  if (user !== undefined) chownSync(folder, user.uid, user.gid)
  const options: SpawnOptions = { ...user, cwd: folder }
  const data = join(folder, 'data')
  const settings = ['--auth=trust', '--username=test', '--no-sync', '--encoding=UTF8', '--no-locale']
  execFileSync(join(dirname(program), 'initdb'), ['-D', data, ...settings], { ...options, stdio: 'ignore' })
  const port = await freePort()
  const fast = ['-c', 'fsync=off', '-c', 'shared_buffers=8MB', '-c', 'max_connections=20', '-c', 'autovacuum=off']
  const sockets = ['-c', 'unix_socket_directories=', '-c', 'listen_addresses=127.0.0.1', '-p', `${port}`]
  const run = () => spawn(program, ['-D', data, ...sockets, ...fast], options)
  return database(folder, port, run, 'ready to accept connections')
}

export async function createRedis(program: string): Promise<Database> {
  const folder = mkdtempSync(join(tmpdir(), 'switchgear-redis-'))
  const port = await freePort()
  const settings = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder]
  return database(folder, port, () => spawn(program, settings, { cwd: folder }), 'Ready to accept connections')
}

function database(folder: string, port: number, run: () => ChildProcess, ready: string): Database {
  let child: ChildProcess | null = null
  async function end(signal: NodeJS.Signals): Promise<void> {
    const ending = child
    child = null
    if (ending === null || ending.exitCode !== null) return
    const ended = once(ending, 'exit')
    ending.kill(signal)
    await ended
  }
  return {
    port,
    kill: () => end('SIGKILL'),
    async start() {
      // After a kill its workers may still be going: it does not start beside them.
      for (let tries = 0; tries < 100; tries++) {
        child = run()
        if (await isReady(child, ready)) return
      }
      throw new Error(`a database does not start in ${folder}`)
    },
    async dispose() {
      await end('SIGINT')
      rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
    },
  }
}

/** False: it has ended before. */
function isReady(child: ChildProcess, ready: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', () => resolve(false))
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (text) => String(text).includes(ready) && resolve(true))
    }
  })
}

function userOf(name: string): { uid: number; gid: number } {
  const numberOf = (option: string) => Number(execFileSync('id', [option, name], { encoding: 'utf8' }))
  return { uid: numberOf('-u'), gid: numberOf('-g') }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
