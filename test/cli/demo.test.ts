import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { stripVTControlCharacters } from 'node:util'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { newEndpoint } from '../../src/cli/demo/endpoint.ts'
import { newJournal } from '../../src/cli/demo/journal.ts'
import { type DemoValues, readOptions, UsageError } from '../../src/cli/demo/options.ts'
import { type EndpointReport, type Report, reportOf as reportOfRun } from '../../src/cli/demo/report.ts'
import { openScreen } from '../../src/cli/demo/screen.ts'
import { summaryOf } from '../../src/cli/demo/summary.ts'
import { paintFor } from '../../src/cli/terminal/index.ts'
import { createRegistry } from '../../src/index.ts'
import { createVirtualClock } from '../../src/testing/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'switchgear-demo-'))
afterAll(() => rmSync(folder, { recursive: true }))

const demos: ChildProcess[] = []
// A test that failed must not leave its demo running; to one that has ended, this is nothing.
afterEach(() => {
  for (const demo of demos.splice(0)) demo.kill('SIGKILL')
})

function start(...args: string[]) {
  const command = ['--import', 'tsx', 'src/cli/switchgear.ts', 'demo', ...args]
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
    expect(stderr).toBe('switchgear: --rate: expected calls per second, above 0 and at most 500, received "fast"\n')
    expect(code).toBe(2)
  })

  it.each<[DemoValues, string]>([
    [{ duration: '0' }, 'received "0"'],
    [{ duration: '10 weeks' }, 'received "10 weeks"'],
    [{ duration: '2h' }, 'from 1s to 1h, or forever'],
    [{ rate: '-1' }, 'received "-1"'],
    [{ rate: '501' }, 'at most 500'],
    [{ endpoint: ['http://localhost'] }, 'name=url'],
    [{ endpoint: ['=http://localhost'] }, 'name=url'],
    [{ endpoint: ['a\nb=http://localhost'] }, 'printable'],
    [{ endpoint: ['a=localhost:80'] }, 'an http or https URL'],
    [{ endpoint: ['a=http://me:secret@localhost'] }, 'without a user'],
    [{ endpoint: ['a=http://localhost', 'a=http://other'] }, '"a" twice'],
    [{ policy: 'no/such/file.json' }, 'no such file'],
    [{ policy: 'package.json' }, 'policy.name: expected one of failureThreshold, counting'],
    [{ policy: 'README.md' }, '--policy "README.md"'],
  ])('refuses %j in one line', (values, message) => {
    const read = () => readOptions(values)

    expect(read).toThrow(UsageError)
    expect(read).toThrow(message)
    expect(read).toThrow(/^.+$/)
  })

  it('shows every mistake of a policy file, in one line', () => {
    const file = join(folder, 'wrong.json')
    writeFileSync(file, JSON.stringify({ openTimeout: '2 weeks', failureThreshold: 0.5, 'two\nlines': 1 }))

    const message = messageOf(() => readOptions({ policy: file }))
    expect(message).toContain('; ')
    for (const path of ['policy.openTimeout', 'policy.failureThreshold', 'policy.two\\nlines']) {
      expect(message).toContain(`${path}: expected`)
    }
    expect(message).not.toContain('\n')
  })

  it('takes durations as the library does, and plain milliseconds', () => {
    expect(readOptions({ duration: '20s' })).toMatchObject({ durationMs: 20_000 })
    expect(readOptions({ duration: '1500' })).toMatchObject({ durationMs: 1500, rate: 20, endpoints: null })
    expect(readOptions({ duration: 'forever' })).toMatchObject({ durationMs: Number.POSITIVE_INFINITY })
  })
})

describe('a narrow terminal', () => {
  const paint = paintFor({ isTTY: false } as NodeJS.WriteStream)
  const clock = createVirtualClock()
  const registry = createRegistry({ clock })
  const endpoints = ['healthy', 'flaky', 'hanging'].map((name) =>
    newEndpoint(name, `http://127.0.0.1/${name}`, registry.breaker(name), 1),
  )
  for (const endpoint of endpoints) {
    const { breaker, guarded, unguarded } = endpoint
    breaker.trip('half-open, and it failed')
    Object.assign(guarded, { calls: 18_000, failed: 1_234, slow: 100, sentWhileBad: 1_500, waitedMs: 59_900 })
    Object.assign(unguarded, { calls: 18_000, failed: 12_345, slow: 10_000, sentWhileBad: 15_000, waitedMs: 3_599_000 })
    Object.assign(endpoint, { openings: 3, spared: 12_345, refusedInVain: 1_000 })
  }
  const options = readOptions({ duration: '15m', rate: '20' })
  const journal = newJournal(performance.now(), () => {})
  journal.add('hanging', 'listens on its port again (pid 123456), or so it says', { from: 'open', to: 'halfOpen' })
  const report = reportOfRun(options, endpoints, journal.entries, options.durationMs, 'SIGINT')
  const notices = ['dashboard: http://127.0.0.1:54321/a/longer/path', `in another terminal: ${'x '.repeat(20)}`]
  const widthOf = (lines: readonly string[]) => Math.max(...lines.map((line) => line.length))

  it.each([60, 70, 80, 120])('of %d columns holds every line of the summary', (columns) => {
    const lines = summaryOf(report, paint, columns).split('\n')
    expect(lines.filter((line) => line.length > columns)).toEqual([])
    expect(lines.length).toBeGreaterThan(20)
    expect(lines.join('\n')).toContain('waited')
  })

  it('is what wraps the summary: in a file its lines are as long as they are', () => {
    expect(widthOf(summaryOf(report, paint).split('\n'))).toBeGreaterThan(80)
  })

  it.each([60, 76, 120])('of %d columns holds every line of the live table', (columns) => {
    const written: string[] = []
    const out = { columns, rows: 30, isTTY: true, write: (text: string) => written.push(text) }
    const screen = openScreen(out as unknown as NodeJS.WriteStream, paint)
    screen.begins({ options, startedAt: performance.now(), endpoints, journal, notices })
    screen.ends()
    // The first picture; what comes after are changes to it.
    const picture = written.find((text) => text.includes('hanging')) ?? ''
    const lines = stripVTControlCharacters(picture).split('\n')
    // A row that is too long is not cut but wrapped: its last cell would stand on a line of its own.
    expect(lines.filter((line) => /hanging .*open .*in 30\.0 s/.test(line))).toHaveLength(1)
    expect(lines.filter((line) => line.includes('hanging'))).toHaveLength(2)
    expect(lines.filter((line) => line.length > columns)).toEqual([])
  })
})
