import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { readOptions, UsageError } from '../../scripts/demo/options.ts'
import type { EndpointReport, Report } from '../../scripts/demo/report.ts'

const folder = mkdtempSync(join(tmpdir(), 'switchgear-demo-'))
afterAll(() => rmSync(folder, { recursive: true }))

const demos: ChildProcess[] = []
// A test that failed must not leave its demo running; to one that has ended, this is nothing.
afterEach(() => {
  for (const demo of demos.splice(0)) demo.kill('SIGKILL')
})

function start(...args: string[]) {
  const command = ['--import', 'tsx', 'scripts/demo.ts', ...args]
  const demo = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'pipe'] })
  demos.push(demo)
  return demo
}

async function run(...args: string[]) {
  const demo = start(...args)
  const [stdout, stderr, [code]] = await Promise.all([text(demo.stdout), text(demo.stderr), once(demo, 'close')])
  return { stdout, stderr, code }
}

/** Runs it with --json. */
async function reportOf(...args: string[]) {
  const { stdout, stderr, code } = await run(...args, '--json')
  expect(stderr).toBe('')
  expect(code).toBe(0)
  const report = JSON.parse(stdout) as Report
  const of = (name: string): EndpointReport => {
    const found = report.endpoints.find(({ endpoint }) => endpoint === name)
    if (found === undefined) throw new Error(`no endpoint ${name} in the report`)
    return found
  }
  return { report, of }
}

interface Named {
  readonly pid: number
  readonly port: number
}

/** The services that the plain lines name, once the first transition shows that calls are made. */
async function servicesOf(demo: ReturnType<typeof start>): Promise<Named[]> {
  const services: Named[] = []
  for await (const line of createInterface(demo.stdout)) {
    const [, port, pid] = /http:\/\/127\.0\.0\.1:(\d+)\/ {2}pid (\d+)/.exec(line) ?? []
    if (pid !== undefined) services.push({ pid: Number(pid), port: Number(port) })
    if (line.includes('closed → open')) break
  }
  // Nobody reads on: without this the pipe would fill.
  demo.stdout.resume()
  return services
}

async function ended(demo: ChildProcess): Promise<number | null> {
  if (demo.exitCode === null && demo.signalCode === null) await once(demo, 'exit')
  return demo.exitCode
}

function isAlive({ pid }: Named): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

function isListening({ port }: Named): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true))
    socket.on('connect', () => socket.destroy())
    socket.on('error', () => resolve(false))
  })
}

function messageOf(code: () => unknown): string {
  try {
    code()
  } catch (error) {
    return (error as Error).message
  }
  throw new Error('expected it to throw')
}

describe('npm start', () => {
  it('opens for the killed and the hanging service, spares their callers, and leaves the healthy one alone', async () => {
    const { report, of } = await reportOf('--duration', '4s', '--rate', '40')

    expect(report.endpoints.map(({ endpoint }) => endpoint)).toEqual([
      'healthy',
      'flaky',
      'killed',
      'hanging',
      'slowing',
    ])
    for (const name of ['killed', 'hanging']) {
      const { openings, guarded, unguarded, stats, savedMs, spared, noticedAfterMs } = of(name)
      expect(openings).toBeGreaterThan(0)
      expect(guarded.rejected).toBeGreaterThan(0)
      expect(spared).toBeGreaterThan(0)
      expect(spared).toBeLessThanOrEqual(guarded.rejected)
      expect(noticedAfterMs).toBeGreaterThan(0)
      expect(guarded.failed).toBeLessThan(unguarded.failed)
      expect(guarded.sentWhileBad).toBeLessThan(unguarded.sentWhileBad)
      expect(guarded.waitedMs).toBeLessThan(unguarded.waitedMs)
      expect(savedMs).toBeCloseTo(unguarded.waitedMs - guarded.waitedMs, 3)
      expect(guarded.calls).toBe(unguarded.calls)
      expect(guarded.calls).toBe(stats.calls.allowed + stats.calls.rejected)
    }
    expect(of('killed').pids).toHaveLength(2)
    expect(of('flaky').openings).toBeGreaterThan(0)
    expect(of('slowing').openings).toBeGreaterThan(0)
    expect(of('healthy').openings).toBe(0)
    expect(of('healthy').guarded).toMatchObject({ rejected: 0, failed: 0 })
    expect(of('healthy')).toMatchObject({ spared: 0, noticedAfterMs: null, recoveredAfterMs: null })
    expect(report.total.spared).toBe(report.endpoints.reduce((sum, { spared }) => sum + spared, 0))
  })

  it("guards the user's own service, under the user's own policy", async () => {
    const asked = new Set<string | undefined>()
    let outage: 'ahead' | 'now' | 'over' = 'ahead'
    const server = createServer((request, response) => {
      if (outage === 'ahead') {
        outage = 'now'
        setTimeout(() => {
          outage = 'over'
        }, 800)
      }
      asked.add(request.url)
      response.statusCode = outage === 'now' ? 503 : 200
      response.end()
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const { port } = server.address() as AddressInfo
    const policy = join(folder, 'policy.json')
    writeFileSync(policy, JSON.stringify({ failureThreshold: 2, openTimeout: '150ms', successThreshold: 1 }))

    const { report, of } = await reportOf(
      ...['--duration', '2s', '--policy', policy, '--endpoint', `own=http://127.0.0.1:${port}/health?deep=1`],
    )
    server.close()
    server.closeAllConnections()

    expect(asked).toEqual(new Set(['/health?deep=1']))
    expect(report.endpoints).toHaveLength(1)
    const own = of('own')
    expect(own).toMatchObject({ pids: [], outageKnownBy: 'calls', stats: { state: 'closed' } })
    expect(own.guarded.failed).toBeLessThan(own.unguarded.failed)
    expect(own.spared).toBeGreaterThan(0)
    expect(own.noticedAfterMs).toBeGreaterThanOrEqual(0)
    expect(own.recoveredAfterMs).toBeGreaterThanOrEqual(0)
    expect(report.journal[0]?.text).toBe('2 consecutive failures (threshold 2)')
  })

  it.each([
    { signal: 'SIGINT', code: 130 },
    { signal: 'SIGTERM', code: 143 },
  ] as const)('leaves no process and no port behind on $signal', async ({ signal, code }) => {
    const demo = start()
    const services = await servicesOf(demo)
    expect(services).toHaveLength(5)
    expect(services.every(isAlive)).toBe(true)

    demo.kill(signal)

    expect(await ended(demo)).toBe(code)
    expect(services.filter(isAlive)).toEqual([])
    expect(await Promise.all(services.map(isListening))).toEqual(services.map(() => false))
  })

  it('leaves no port behind when it is killed itself', async () => {
    const demo = start()
    const services = await servicesOf(demo)
    expect(await Promise.all(services.map(isListening))).toEqual([true, true, true, true, true])

    demo.kill('SIGKILL')

    await ended(demo)
    await expect.poll(async () => (await Promise.all(services.map(isListening))).includes(true)).toBe(false)
  })

  it('answers wrong arguments with one line on stderr and exit code 2', async () => {
    const { stdout, stderr, code } = await run('--rate', 'fast')

    expect(stdout).toBe('')
    expect(stderr).toBe('--rate: expected calls per second, above 0 and at most 500, received "fast"\n')
    expect(code).toBe(2)
  })

  it.each([
    [['--fast'], "Unknown option '--fast'"],
    [['catalog'], "Unexpected argument 'catalog'"],
    [['--duration'], "Option '--duration <value>' argument missing"],
    [['--duration', '0'], 'received "0"'],
    [['--duration', '10 weeks'], 'received "10 weeks"'],
    [['--duration', '2h'], 'from 1s to 1h'],
    [['--rate=-1'], 'received "-1"'],
    [['--rate', '-1'], "Option '--rate' argument is ambiguous"],
    [['--rate', '501'], 'at most 500'],
    [['--endpoint', 'http://localhost'], 'name=url'],
    [['--endpoint', '=http://localhost'], 'name=url'],
    [['--endpoint', 'a\nb=http://localhost'], 'printable'],
    [['--endpoint', 'a=localhost:80'], 'an http or https URL'],
    [['--endpoint', 'a=http://me:secret@localhost'], 'without a user'],
    [['--endpoint', 'a=http://localhost', '--endpoint', 'a=http://other'], '"a" twice'],
    [['--policy', 'no/such/file.json'], 'no such file'],
    [['--policy', 'package.json'], 'policy.name: expected one of failureThreshold, counting'],
    [['--policy', 'README.md'], '--policy "README.md"'],
  ])('refuses %j in one line', (args, message) => {
    const read = () => readOptions(args)

    expect(read).toThrow(UsageError)
    expect(read).toThrow(message)
    expect(read).toThrow(/^.+$/)
  })

  it('shows every mistake of a policy file, in one line', () => {
    const file = join(folder, 'wrong.json')
    writeFileSync(file, JSON.stringify({ openTimeout: '2 weeks', failureThreshold: 0.5, 'two\nlines': 1 }))

    const message = messageOf(() => readOptions(['--policy', file]))
    expect(message).toContain('; ')
    for (const path of ['policy.openTimeout', 'policy.failureThreshold', 'policy.two\\nlines']) {
      expect(message).toContain(`${path}: expected`)
    }
    expect(message).not.toContain('\n')
  })

  it('takes durations as the library does, and plain milliseconds', () => {
    expect(readOptions(['--duration', '20s'])).toMatchObject({ durationMs: 20_000 })
    expect(readOptions(['--duration', '1500'])).toMatchObject({ durationMs: 1500, rate: 20, endpoints: null })
  })
})
