// The command watch as it is installed, beside real servers: as lines, as a table once, and live in a terminal.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createInterface } from 'node:readline'
import { stripVTControlCharacters } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, it, type TestContext, vi } from 'vitest'
import { follow } from '../../src/cli/watch/stream.ts'
import { createRegistry } from '../../src/index.ts'
import { createDashboard, PROTOCOL } from '../../src/observe/dashboard/index.ts'
import { needs } from '../support/needs.ts'
import { type Bundle, createBundle, piped } from './bundle.ts'
import { type LittleDashboard, littleDashboard, rowOf } from './little-dashboard.ts'

const script = needs('/usr/bin/script', 'apt-get install bsdutils')

let cli: Bundle
beforeAll(async () => {
  cli = await createBundle()
})
// Undefined if it could not be built, which has been reported.
afterAll(() => cli?.dispose())

const dashboards: { close(): unknown }[] = []
const terminals: ChildProcess[] = []
afterEach(async () => {
  for (const terminal of terminals.splice(0)) terminal.kill('SIGKILL')
  for (const dashboard of dashboards.splice(0)) await dashboard.close()
})

async function little(...rows: Parameters<typeof littleDashboard>[0]): Promise<LittleDashboard> {
  const dashboard = await littleDashboard(rows)
  dashboards.push(dashboard)
  return dashboard
}

/** Its lines of JSON, one after another. */
function lines(...args: string[]) {
  const child = cli.start(['watch', ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  const { stdout, ended } = piped(child)
  const iterator = createInterface(stdout)[Symbol.asyncIterator]()
  return {
    child,
    ended,
    async until(type: string): Promise<Record<string, unknown>> {
      for (;;) {
        const { value, done } = await iterator.next()
        if (done === true) throw new Error(`it ended before a line of type ${type}`)
        const line = JSON.parse(value) as Record<string, unknown>
        if (line['type'] === type) return line
      }
    },
  }
}

describe('as lines of JSON', () => {
  it('tells every change of a real dashboard, and its end', async () => {
    const registry = createRegistry({ policy: { failureThreshold: 2 } })
    const breaker = registry.breaker('payments')
    const dashboard = createDashboard(registry)
    dashboards.push(dashboard)
    const { url } = await dashboard.listen({ port: 0 })
    const { child, ended, until } = lines(url, '--json')
    expect(await until('connected')).toMatchObject({ pid: process.pid, endpoints: 1 })
    expect(await until('endpoint')).toMatchObject({ endpoint: 'payments', state: 'closed', calls: { failed: 0 } })

    for (let call = 0; call < 2; call++) await breaker.call(() => Promise.reject(new Error('down'))).catch(() => {})

    expect(await until('transition')).toMatchObject({
      from: 'closed',
      to: 'open',
      reason: expect.stringContaining('2'),
    })
    await registry.close()
    expect(await until('closed')).toMatchObject({ why: 'registry closed' })
    expect(await until('disconnected')).toMatchObject({ why: 'registry closed' })
    child.kill('SIGTERM')
    expect(await ended).toBe(143)
  })

  it('says when the connection is lost, connects again, and begins with the whole image', async () => {
    const dashboard = await little(rowOf('a'))
    const { child, ended, until } = lines(dashboard.url)
    await until('endpoint')
    dashboard.cut()
    expect(await until('disconnected')).toMatchObject({ retryInMs: 500 })
    dashboard.rows = [rowOf('b')]
    await until('connected')
    expect(await until('endpoint')).toMatchObject({ endpoint: 'b' })
    expect(dashboard.connections).toBe(2)
    child.kill('SIGINT')
    expect(await ended).toBe(130)
  })

  it('lets no name harm the terminal or the lines', async () => {
    const name = 'a\u001b[2J\u202e\u009b31m\u2028\n"'
    const dashboard = await little(rowOf(name))
    const child = cli.start(['watch', dashboard.url, '--json'], { stdio: ['ignore', 'pipe', 'pipe'] })
    const { stdout } = piped(child)
    let text = ''
    for await (const data of stdout) {
      text += data
      if (text.includes('"endpoint"') && text.endsWith('\n')) break
    }
    child.kill()
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e\u2028]/u)
    const rows = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(rows.find(({ type }) => type === 'endpoint').endpoint).toBe(name)
  })

  it('tells only of endpoints with the filter in their name', async () => {
    const dashboard = await little(rowOf('db-users'), rowOf('mail'), rowOf('DB-orders'))
    const { child, until } = lines(dashboard.url, '--filter', 'db')
    expect(await until('endpoint')).toMatchObject({ endpoint: 'db-users' })
    expect(await until('endpoint')).toMatchObject({ endpoint: 'DB-orders' })
    dashboard.send('rows', { now: Date.now(), rows: [], gone: ['mail', 'db-users'] })
    expect(await until('gone')).toMatchObject({ endpoint: 'db-users' })
    child.kill()
  })

  it('ends quietly when its reader has gone', async () => {
    const dashboard = await little(rowOf('a'))
    const child = cli.start(['watch', dashboard.url], { stdio: ['ignore', 'pipe', 'pipe'] })
    const { stdout, stderr, ended } = piped(child)
    let said = ''
    stderr.on('data', (data) => {
      said += data
    })
    await once(stdout, 'data')
    stdout.destroy()
    dashboard.send('rows', { now: Date.now(), rows: [rowOf('a', { allowed: 11 })], gone: [] })
    expect(await ended).toBe(0)
    expect(said).toBe('')
  })
})

describe('where there is no dashboard', () => {
  it('says so, and ends with 1', async () => {
    const dashboard = await little()
    const elsewhere = dashboard.url.replace('/at', '/else')
    const other = await little()
    other.hello = { protocol: PROTOCOL + 1 }
    const gone = await littleDashboard([])
    await gone.close()
    for (const [url, message] of [
      [elsewhere, 'there is no dashboard (HTTP 404)'],
      [other.url, `it speaks version ${PROTOCOL + 1} of the protocol, and this switchgear version ${PROTOCOL}`],
      [gone.url, 'nobody listens there'],
    ] as const) {
      const { stdout, stderr, code } = await cli.run('watch', url, '--once')
      expect({ stdout, code }).toEqual({ stdout: '', code: 1 })
      expect(stderr).toContain(message)
      expect(stderr.trimEnd()).not.toContain('\n')
    }
  })
})

describe('where a dashboard refuses, or nothing answers', () => {
  it('says why, in the words of the dashboard', async () => {
    const registry = createRegistry()
    const server = createServer(createDashboard(registry).listener)
    dashboards.push(server, registry)
    await once(server.listen(0, '127.0.0.2'), 'listening')
    const { port } = server.address() as AddressInfo
    const { stderr, code } = await cli.run('watch', `http://127.0.0.2:${port}`, '--once')
    expect(code).toBe(1)
    expect(stderr).toMatch(/this dashboard does not answer to that host name; .*allowedHosts \(HTTP 403\)/)
  })

  it('takes a name and a password in the address to where they are asked for, and prints them nowhere', async () => {
    const registry = createRegistry()
    registry.breaker('mail')
    const dashboard = createDashboard(registry)
    const login = `Basic ${Buffer.from('ops:p@ss').toString('base64')}`
    const server = createServer((request, response) => {
      if (request.headers.authorization === login) dashboard.listener(request, response)
      else response.writeHead(401).end()
    })
    dashboards.push(server, dashboard, registry)
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const { port } = server.address() as AddressInfo
    expect((await cli.run('watch', `http://ops:p%40ss@127.0.0.1:${port}`, '--once')).stdout).toContain('mail')
    const { stderr } = await cli.run('watch', `http://ops:other@127.0.0.1:${port}`, '--once')
    expect(stderr).toBe(`switchgear: http://127.0.0.1:${port}/: a name and a password are asked for (HTTP 401)\n`)
  })

  it('says what is wrong with a port that may not be asked', async () => {
    const { stderr, code } = await cli.run('watch', 'http://127.0.0.1:1', '--once')
    expect({ stderr, code }).toEqual({ stderr: 'switchgear: http://127.0.0.1:1/: fetch failed (bad port)\n', code: 1 })
  })

  it('says how long it was silent, also where nothing ever came', async () => {
    const server = createServer(() => {})
    dashboards.push(server)
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const { port } = server.address() as AddressInfo
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      const asked = once(server, 'request')
      const news = follow(new URL(`http://127.0.0.1:${port}/`), new AbortController().signal).next()
      news.catch(() => {})
      await asked
      vi.advanceTimersByTime(25_000)
      await expect(news).rejects.toThrow('nothing heard for 25 s')
    } finally {
      vi.useRealTimers()
    }
  })
})

describe('once', () => {
  it('prints the endpoints that need looking at first', async () => {
    const dashboard = await little(
      rowOf('a'),
      rowOf('b', { state: 2, failed: 5, rejected: 9 }),
      rowOf('c', { state: 1 }),
    )
    const { stdout, code } = await cli.run('watch', dashboard.url, '--once')
    expect(code).toBe(0)
    expect(stdout.split('\n').map((line) => line.split(/ +/).slice(0, 2).join(' '))).toEqual([
      ...['endpoint state', 'b open', 'c halfOpen', 'a closed', ''],
    ])
  })

  it.each([
    ['name', ['a', 'b', 'c']],
    ['calls', ['a', 'b', 'c']],
    ['rejected', ['a', 'b', 'c']],
  ])('is in the order of --sort %s as JSON, too', async (sort, expected) => {
    const dashboard = await little(rowOf('c'), rowOf('a'), rowOf('b'))
    const { stdout } = await cli.run('watch', dashboard.url, '--once', '--json', '--sort', sort)
    expect(JSON.parse(stdout)).toMatchObject({ title: 'little' })
    expect(JSON.parse(stdout).endpoints.map(({ endpoint }: { endpoint: string }) => endpoint)).toEqual(expected)
  })
})

/** The cursor is shown, and what was there before. */
const GIVEN_BACK = '\u001b[?25h\u001b[?1049l'

/** A real terminal of this size, in which the command runs; typed into and looked at. */
function terminal(context: TestContext, columns: number, rows: number, ...args: string[]) {
  if (script.path === null) return context.skip(script.missing)
  const size = `stty cols ${columns} rows ${rows}`
  const command = `${size}; '${process.execPath}' '${cli.program}' ${args.join(' ')}; code=$?; echo; echo ended $code; stty -a`
  const env = { ...process.env, TERM: 'xterm', NO_COLOR: undefined, FORCE_COLOR: undefined }
  const child = spawn(script.path, ['-qfc', command, '/dev/null'], { env, stdio: ['pipe', 'pipe', 'ignore'] })
  terminals.push(child)
  const { stdin, stdout } = child
  let seen = ''
  stdout.on('data', (data) => {
    seen += data
  })
  return {
    type: (keys: string) => stdin.write(keys),
    seen: () => seen,
    /** The lines of the last picture, without colours. */
    picture: () => {
      const frame = seen.slice(seen.lastIndexOf('\u001b[H'))
      return stripVTControlCharacters(frame).split(/\r*\n/)
    },
    ended: once(child, 'close'),
  }
}

describe('live in a terminal', () => {
  const many = Array.from({ length: 40 }, (_, index) => rowOf(`service-${String(index).padStart(2, '0')}`))
  const hostile = rowOf(`${'x'.repeat(10_000)}\u001b[2J\u202e`, { state: 1 })
  const turning = rowOf('\u202e\u001b[2J\u009b2Jevil', { state: 1 })
  const broken = rowOf('漢字'.repeat(10), { state: 2, failed: 7 })

  it.for([
    [60, 20],
    [100, 30],
  ] as const)('of %d columns it fits, whatever the names are', async ([columns, rows], context) => {
    const dashboard = await little(...many, hostile, turning, broken)
    const screen = terminal(context, columns, rows, 'watch', dashboard.url)
    await expect.poll(() => screen.picture().join('\n'), { timeout: 10_000 }).toContain('in 1')
    const picture = screen.picture()
    expect(picture.length).toBeLessThanOrEqual(rows)
    expect(picture[0]).toBe('little  pid 7  1 open, 2 halfOpen, 40 closed')
    // Wide characters take two columns.
    const widths = picture.map((line) => line.replace(/[漢字]/g, '##').length)
    expect(Math.max(...widths)).toBeLessThanOrEqual(columns)
    expect(picture.join('\n')).toContain('xxxx…')
    expect(picture.join('\n')).toContain('\\u202e\\u001b[2J')
    for (const harm of ['\u202e', '\u001b[2J', '\u009b']) expect(screen.seen()).not.toContain(harm)
    screen.type('q')
    await screen.ended
  })

  it('is worked by keys: sorts, filters, opens and quits, and gives the terminal back', async (context) => {
    const registry = createRegistry()
    for (const name of ['alpha', 'beta', 'gamma']) registry.breaker(name)
    registry.breaker('beta').isolate()
    const dashboard = createDashboard(registry, { title: 'keys' })
    dashboards.push(dashboard)
    const { url } = await dashboard.listen({ port: 0 })
    const screen = terminal(context, 80, 24, 'watch', url)
    const shows = (text: string) => expect.poll(() => screen.picture().join('\n'), { timeout: 10_000 }).toContain(text)
    const order = () => screen.picture().flatMap((line) => /^(alpha|beta|gamma)/.exec(line)?.[1] ?? [])

    await expect.poll(order, { timeout: 10_000 }).toEqual(['beta', 'alpha', 'gamma'])
    screen.type('s')
    await shows('by name')
    expect(order()).toEqual(['alpha', 'beta', 'gamma'])
    screen.type('r')
    await shows('by name, reversed')
    expect(order()).toEqual(['gamma', 'beta', 'alpha'])
    screen.type('/')
    await shows('filter:')
    screen.type('al')
    await expect.poll(order).toEqual(['alpha'])
    screen.type('\r')
    await shows('with "al"')
    screen.type('\r')
    await shows('failureThreshold 5: 5 failures in a row open it.')
    screen.type('j')
    await expect.poll(() => screen.picture().join('\n')).not.toContain('why:')
    screen.type('q')

    await screen.ended
    expect(screen.seen()).toContain(GIVEN_BACK)
    expect(screen.seen()).toMatch(/ended 0\b/)
    expect(screen.seen()).toMatch(/[^-]icanon/)
    expect(screen.seen()).toMatch(/[^-]echo\b/)
  })

  it('ends by Ctrl-C with 130, and gives the terminal back', async (context) => {
    const dashboard = await little(rowOf('a'))
    const screen = terminal(context, 80, 24, 'watch', dashboard.url)
    await expect.poll(() => screen.picture().join('\n'), { timeout: 10_000 }).toContain('1 endpoints')
    screen.type('\u0003')
    await screen.ended
    expect(screen.seen()).toContain(GIVEN_BACK)
    expect(screen.seen()).toMatch(/ended 130\b/)
    expect(screen.seen()).toMatch(/[^-]icanon/)
  })

  it('says when it is not live, and is live again', async (context) => {
    const dashboard = await little(rowOf('a'))
    const screen = terminal(context, 80, 24, 'watch', dashboard.url)
    const shows = (text: string) => expect.poll(() => screen.picture().join('\n'), { timeout: 10_000 }).toContain(text)
    await shows('1 endpoints')
    dashboard.rows = [rowOf('a'), rowOf('b')]
    dashboard.cut()
    await shows('NOT LIVE: ')
    expect(screen.picture().join('\n')).toMatch(/^a {2,}/m)
    await shows('2 endpoints')
    screen.type('q')
    await screen.ended
  })
})
