// The examples as processes of their own: real signals, real files, real servers that stop.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { createRegistry } from '../../src/index.ts'
import { createSandbox, type Sandbox } from '../package/sandbox.ts'
import { createPostgres } from '../support/databases.ts'
import { deadOrigin, serve } from '../support/http-server.ts'
import { postgres } from '../support/needs.ts'
import { PROGRAMS, programOf, start } from './programs.ts'

const SHOP = `${programOf('A service that calls two upstreams')}
const [, , catalogue = '', reviews = ''] = process.argv
const shop = createShop(catalogue, reviews)
console.log('at', await shop.listen({ port: 0, host: '127.0.0.1' }))
process.once('SIGTERM', () => shop.close())
// Not used, but imported by the program.
export { createServer, type AddressInfo }
`
const DATABASE = `${programOf('A PostgreSQL pool that recovers')}
server.listen(0, () => console.log('at', (server.address() as { port: number }).port))
`
// So long that only the signal can end its waiting.
const WORKER = `${programOf('A worker that drains on SIGTERM').replace('openTimeout: 300', "openTimeout: '1h'")}
const [, , what = '', jobs = ''] = process.argv
const queue = Array.from({ length: Number(jobs) }, (_, n) => \`job \${n}\`)
if (queue.length === 0) console.log('begin nothing')
// By then it has been rejected.
if (what === 'fail') setTimeout(() => console.log('waiting'), 200)
await work(queue, async (job) => {
  console.log('begin', job)
  if (what === 'fail') throw new Error('the mailer is down')
  await wait(50)
  console.log('sent', job)
})
console.log(JSON.stringify(queue))
`
const SERVICE = `${programOf('Restored at boot')}
for (const name of process.argv.slice(3)) registry.breaker(name).trip('maintenance')
console.log('ready')
const alive = setInterval(() => {}, 1_000)
process.once('SIGTERM', () => clearInterval(alive))
`

let sandbox: Sandbox
beforeAll(() => {
  sandbox = createSandbox()
  sandbox.link('fastify', 'pg', '@types/pg')
  for (const [file, code] of Object.entries({ shop: SHOP, database: DATABASE, worker: WORKER, service: SERVICE })) {
    sandbox.write(`${file}.ts`, code)
  }
  expect(sandbox.compile({ lib: ['es2023', 'esnext.disposable', 'dom'] })).toBe('')
})
afterAll(() => sandbox?.dispose())

it('the programs are short enough to be copied', () => {
  expect(PROGRAMS.length).toBe(5)
  expect(Math.max(...PROGRAMS.map(({ text }) => text.trimEnd().split('\n').length))).toBeLessThanOrEqual(50)
})

describe('the service that calls two upstreams', () => {
  const ask = async (url: string, path = 'products/7') => {
    const response = await fetch(`${url}/${path}`)
    return { status: response.status, retryAfter: response.headers.get('retry-after'), body: await response.json() }
  }

  it('is a page without the reviews that hang, and asks them no more; ends by SIGTERM', async () => {
    const catalogue = await serve((request, response) =>
      response.writeHead(request.url === '/products/0' ? 404 : 200).end('"a chair"'),
    )
    const reviews = await serve(() => {})
    const shop = start(sandbox, 'shop.js', catalogue.origin, reviews.origin)
    const url = (await shop.line('at ')).slice(3)
    const begun = performance.now()
    for (let n = 0; n < 4; n++) expect(await ask(url)).toMatchObject({ status: 200, body: { reviews: [] } })
    // Two of them wait for 300 ms; other calls have two seconds.
    expect(performance.now() - begun).toBeLessThan(3_000)
    expect(reviews.asked.length).toBe(2)
    expect(await ask(url, 'products/0')).toMatchObject({ status: 404, retryAfter: null })
    expect(catalogue.asked.length).toBe(5)
    shop.child.kill('SIGTERM')
    expect(await shop.ended).toMatchObject({ code: 0, signal: null })
  })

  it('says 503, and for how long, where the catalogue is gone', async () => {
    const shop = start(sandbox, 'shop.js', await deadOrigin(), await deadOrigin())
    const url = (await shop.line('at ')).slice(3)
    const answers = [await ask(url), await ask(url), await ask(url)]
    expect(answers.map(({ status, retryAfter }) => [status, retryAfter])).toEqual([
      [503, null],
      [503, null],
      [503, '20'],
    ])
  })
})

describe('the pool', () => {
  it('says 503 while its server is gone, finds it back, and is not troubled by a wrong query', async (context) => {
    if (postgres.path === null) return context.skip(postgres.missing)
    const database = await createPostgres(postgres.path)
    onTestFinished(() => database.dispose())
    await database.start()
    const service = start(sandbox, 'database.js', `postgres://test@127.0.0.1:${database.port}/postgres`)
    const url = `http://127.0.0.1:${(await service.line('at ')).slice(3)}`
    const ask = async (path: string) => {
      const response = await fetch(`${url}/${path}`)
      return `${response.status} ${response.headers.get('retry-after')} ${await response.text()}`
    }
    expect(await ask('4')).toBe('200 null {"share":25}')
    for (let n = 0; n < 3; n++) expect(await ask('0')).toBe('400 null ')
    await database.kill()
    await ask('4')
    await ask('4')
    expect(await ask('4')).toBe('503 30 ')
    await database.start()
    const back = performance.now()
    await service.line('shop-db: open -> halfOpen')
    // By its open time it would be 30 s.
    expect(performance.now() - back).toBeLessThan(10_000)
    expect(await ask('4')).toBe('200 null {"share":25}')
    expect(await ask('4')).toBe('200 null {"share":25}')
    service.child.kill('SIGTERM')
    const { code, lines } = await service.ended
    const moves = ['closed -> open', 'open -> halfOpen', 'halfOpen -> closed'].map((move) => `shop-db: ${move}`)
    expect({ code, moves: lines.slice(1) }).toEqual({ code: 0, moves })
  })
})

describe('the worker', () => {
  const heard = (lines: readonly string[], word: string) =>
    lines.flatMap((line) => (line.startsWith(word) ? [line.slice(word.length + 1)] : []))

  it('finishes the job in hand when it is told to end, and loses none', async () => {
    const worker = start(sandbox, 'worker.js', 'send', '100')
    await worker.line('begin job 2')
    worker.child.kill('SIGTERM')
    const { code, signal, lines } = await worker.ended
    expect({ code, signal }).toEqual({ code: 0, signal: null })
    const sent = heard(lines, 'sent')
    expect(sent.length).toBeLessThan(100)
    expect(heard(lines, 'begin')).toEqual(sent)
    expect([...sent, ...JSON.parse(lines.at(-1) ?? '')].toSorted()).toEqual(
      Array.from({ length: 100 }, (_, n) => `job ${n}`).toSorted(),
    )
  })

  it('ends while its breaker is open, and has every job yet', async () => {
    const worker = start(sandbox, 'worker.js', 'fail', '3')
    await worker.line('waiting')
    const told = performance.now()
    worker.child.kill('SIGTERM')
    const { code, lines } = await worker.ended
    expect(code).toBe(0)
    expect(performance.now() - told).toBeLessThan(4_000)
    expect(JSON.parse(lines.at(-1) ?? '').toSorted()).toEqual(['job 0', 'job 1', 'job 2'])
  })

  it('ends while it has nothing to do', async () => {
    const worker = start(sandbox, 'worker.js', 'send', '0')
    await worker.line('begin nothing')
    worker.child.kill('SIGTERM')
    expect(await worker.ended).toMatchObject({ code: 0, signal: null })
  })
})

describe('the service that is restored at boot', () => {
  const fileIn = (name: string) => join(sandbox.folder, name)

  it('saves when it is told to end, and is open after the next start', async () => {
    const file = fileIn('good.json')
    const first = start(sandbox, 'service.js', file, 'search')
    await first.line('ready')
    first.child.kill('SIGTERM')
    expect(await first.ended).toMatchObject({ code: 0, signal: null })
    const second = start(sandbox, 'service.js', file)
    await second.line('ready')
    second.child.kill('SIGTERM')
    expect((await second.ended).lines).toEqual(["[ { endpoint: 'search', state: 'open' } ]", 'ready'])
  })

  const saved = () => {
    const registry = createRegistry()
    registry.breaker('search').trip()
    return registry.snapshot()
  }
  it.each<[string, string | null, string]>([
    ['missing', null, 'ENOENT: no such file or directory'],
    ['empty', '', 'the snapshot is not JSON'],
    ['broken', '{ junk', 'the snapshot is not JSON'],
    ['half', JSON.stringify(saved()).slice(0, -20), 'the snapshot is not JSON'],
    ['bytes', '\0\u0001\ufffd', 'the snapshot is not JSON'],
    ['of another version', JSON.stringify({ ...saved(), version: 99 }), 'the snapshot has version 99, expected 1'],
    ['of another kind', '[]', 'the snapshot has version undefined'],
    ['null', 'null', 'the snapshot has version undefined'],
    ['with wrong fields', '{ "version": 1, "breakers": [{ "endpoint": 5 }] }', 'invalid snapshot'],
    ['a folder', 'folder', 'EISDIR'],
  ])('starts where the file is %s, says so, and saves what it has', async (name, content, message) => {
    const file = fileIn(`${name}.json`)
    if (content === 'folder') mkdirSync(file)
    else if (content !== null) writeFileSync(file, content)
    const service = start(sandbox, 'service.js', file)
    await service.line('ready')
    service.child.kill('SIGTERM')
    const { code, lines } = await service.ended
    expect(code).toBe(0)
    const unsaved = 'the breakers are not saved: EISDIR'
    const says = [`all breakers begin closed: ${message}`, '[]', 'ready', ...(content === 'folder' ? [unsaved] : [])]
    expect(lines).toEqual(says.map((line) => expect.stringContaining(line)))
    if (content !== 'folder') expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ version: 1, breakers: [] })
  })

  it('is none the worse for half a file beside it, of a process that was killed while it saved', async () => {
    const file = fileIn('killed.json')
    writeFileSync(file, JSON.stringify(saved()))
    writeFileSync(`${file}.new`, '{ "versi')
    const service = start(sandbox, 'service.js', file)
    expect(await service.line('[')).toContain("{ endpoint: 'search', state: 'open' }")
    await service.line('ready')
    service.child.kill('SIGTERM')
    expect(await service.ended).toMatchObject({ code: 0 })
  })

  it('still says a mistake in its own options', () => {
    sandbox.write(
      'out/mistaken.js',
      readFileSync(join(sandbox.folder, 'out/service.js'), 'utf8').replace("'1m'", "'soon'"),
    )
    const { stderr, status } = sandbox.run('out/mistaken.js', fileIn('none.json'))
    expect(status).toBe(1)
    expect(stderr).toContain('PolicyError: invalid registry options:\n  policy.openTimeout: expected a duration')
  })
})
