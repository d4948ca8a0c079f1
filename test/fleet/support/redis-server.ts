// A Redis of the test's own: on a port of its own, with its data in a folder of its own, ended by its process id.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from 'redis'
import { redisServer } from '../../support/needs.ts'

export interface RedisServer {
  readonly port: number
  readonly url: string
  /** What an operator would type; by a connection of its own. */
  run(...command: string[]): Promise<unknown>
  /** SIGSTOP and SIGCONT. */
  pause(): void
  resume(): void
  /** SIGKILL; settles when it is gone. */
  kill(): Promise<void>
  /** Starts it again, on the same port, with the data that are in its folder. */
  start(...args: string[]): Promise<void>
  /** Ends it and removes its folder. */
  close(): Promise<void>
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

export async function startRedis(...args: string[]): Promise<RedisServer> {
  const port = await freePort()
  const dir = mkdtempSync(join(tmpdir(), 'switchgear-redis-'))
  let child: ChildProcess | undefined
  let admin: ReturnType<typeof newAdmin> | undefined
  const url = `redis://127.0.0.1:${port}`
  const newAdmin = () => createClient({ url, socket: { reconnectStrategy: false } })

  async function start(...more: string[]): Promise<void> {
    const settings = ['--port', String(port), '--bind', '127.0.0.1', '--dir', dir, '--save', '', '--appendonly', 'no']
    child = spawn(redisServer.path ?? 'redis-server', [...settings, ...args, ...more], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const { stdout } = child
    await new Promise<void>((resolve, reject) => {
      let log = ''
      stdout?.on('data', (data) => {
        log += data
        if (log.includes('Ready to accept connections')) resolve()
      })
      child?.once('exit', (code) => reject(new Error(`redis-server ended with ${code}: ${log}`)))
    })
  }

  async function kill(): Promise<void> {
    admin?.destroy()
    admin = undefined
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
  }

  await start()
  return {
    port,
    url,
    async run(...command) {
      if (admin === undefined || !admin.isReady) {
        admin?.destroy()
        admin = newAdmin()
        admin.on('error', () => {})
        await admin.connect()
      }
      return await admin.sendCommand(command)
    },
    pause: () => void child?.kill('SIGSTOP'),
    resume: () => void child?.kill('SIGCONT'),
    kill,
    start,
    async close() {
      await kill()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

/** As if the server's clock had been set forward by ms: every time that is stored is that much longer ago. */
export const SHIFT = `
local ms, slots = tonumber(ARGV[1]), math.floor(tonumber(ARGV[1]) / 60000)
for _, key in ipairs(redis.call('KEYS', 'switchgear:1:*')) do
  local kind = redis.call('TYPE', key).ok
  if kind == 'zset' then
    local all = redis.call('ZRANGE', key, 0, -1, 'WITHSCORES')
    for i = 1, #all, 2 do redis.call('ZINCRBY', key, string.format('%.0f', -ms), all[i]) end
  elseif string.find(key, ':window:') or string.find(key, ':records$') then
    local all = redis.call('HGETALL', key)
    local by = string.find(key, ':window:') and slots or ms
    redis.call('DEL', key)
    for i = 1, #all, 2 do
      local at, rest = string.match(all[i + 1], '^(%d+)(.*)$')
      local field = all[i]
      if by == slots and string.find(key, ':window:') then field = tostring((tonumber(at) - slots) % 10) end
      local shifted = field == 'floor' and all[i + 1] or string.format('%.0f', tonumber(at) - by) .. rest
      redis.call('HSET', key, field, shifted)
    end
    redis.call('PEXPIRE', key, 86400000)
  end
end
`
