// Nothing breaks out of the name of an endpoint: no line of a log, no sample of Prometheus, no header, no event of a stream. Of
// servers' routes and of logs, each in their own words: test/http/servers/guarded-routes.test.ts, test/observe/logging/log-transitions.test.ts.
import { connect } from 'node:net'
import fastify from 'fastify'
import { Registry as Metrics } from 'prom-client'
import { describe, expect, it, onTestFinished } from 'vitest'
import { RouteUnavailableError } from '../../src/http/express/index.ts'
import { BreakerExceptionFilter, Guarded } from '../../src/http/nestjs/index.ts'
import { CallTimeoutError, createRegistry, type Registry } from '../../src/index.ts'
import { createDashboard } from '../../src/observe/dashboard/index.ts'
import { healthHandler } from '../../src/observe/health/index.ts'
import { logTransitions } from '../../src/observe/logging/index.ts'
import { registerMetrics } from '../../src/observe/prometheus/index.ts'
import { createResource, type Resource, ResourceUnavailableError } from '../../src/resource/index.ts'
import { errorOf, thrownBy } from '../support/calls.ts'

const NAME = 'a" } 1\r\nX-Evil: 1\r\n\r\nevil 99\n\u2028data: {}\n\n<script>alert(1)</script>\u001b[2J\u202e'
/** What ends a line, turns text, or is read by a terminal. */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\u202e]/u

function newRegistry(): Registry {
  const registry = createRegistry({ policy: { failureThreshold: 1 } })
  onTestFinished(() => registry.close())
  return registry
}

/** An answer as it comes over the wire: to its end, or until it has said enough. */
function rawAnswer(url: string, isEnough = (_text: string) => false): Promise<string> {
  const { hostname, port, pathname, search } = new URL(url)
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () =>
      socket.write(`GET ${pathname}${search} HTTP/1.1\r\nhost: ${hostname}:${port}\r\nconnection: close\r\n\r\n`),
    )
    let text = ''
    socket.setEncoding('utf8')
    socket.on('data', (data) => {
      text += data
      if (isEnough(text)) socket.destroy()
    })
    socket.on('close', () => resolve(text))
    socket.on('error', reject)
  })
}

/** A resource that is never well. */
function sick(name: string): Resource<object> {
  const resource = createResource({ name, resource: {}, healthCheck: () => false, recovery: false })
  onTestFinished(() => resource.close())
  return resource
}

describe('a name with line breaks', () => {
  it('stays in one printable line of every error and every message', async () => {
    const registry = newRegistry()
    const breaker = registry.breaker(NAME)
    const logged: string[] = []
    const info = (line: string) => logged.push(line)
    logTransitions(registry, { info, warn: info, error: info })
    await breaker.call(() => Promise.reject(new Error('down'))).catch(() => {})
    const errors = [
      await errorOf(breaker.call(() => 1)),
      new CallTimeoutError(NAME, 5),
      new ResourceUnavailableError(NAME),
      (await sick(NAME).health()).error,
      new RouteUnavailableError('BREAKER_OPEN', breaker),
      thrownBy(() => Guarded(NAME)(class {} as never, 'a', {})),
      thrownBy(() => registry.configure(NAME, { [NAME]: 1 } as never)),
    ] as Error[]
    expect(logged).toHaveLength(1)
    const messages = [...logged, ...errors.map(({ message }) => message.replace(/^(invalid [\w ]+:)\n {2}/, '$1'))]
    expect(messages).toHaveLength(8)
    expect(messages.filter((message) => UNPRINTABLE.test(message))).toEqual([])
  })

  it('is one label of Prometheus', async () => {
    const registry = newRegistry()
    registry.breaker(NAME).trip()
    const metrics = new Metrics()
    registerMetrics(registry, { register: metrics })
    const text = await metrics.metrics()
    const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
    expect(samples.length).toBeGreaterThan(5)
    for (const sample of samples) expect(sample).toMatch(/^switchgear_\w+(\{(\w+="([^"\\\n]|\\.)*",?)*\})? \S+$/)
    expect(samples.some((sample) => sample.includes('a\\" } 1\r\\nX-Evil'))).toBe(true)
  })

  it('is a string of the answer about health', async () => {
    const registry = newRegistry()
    registry.breaker(NAME).trip()
    const response = healthHandler(registry)()
    const text = await response.text()
    expect(UNPRINTABLE.test(text.replaceAll(/[\u2028\u202e]/g, ''))).toBe(false)
    expect(JSON.parse(text).endpoints[0].endpoint).toBe(NAME)
    expect([...response.headers.keys()].toSorted()).toEqual(['cache-control', 'content-type'])
  })

  it('is a string of the events of the dashboard, and no header of its answers', async () => {
    const registry = newRegistry()
    const dashboard = createDashboard(registry, { title: NAME })
    onTestFinished(() => dashboard.close())
    registry.breaker(NAME).trip(NAME)
    const { url } = await dashboard.listen()
    const stream = await rawAnswer(`${url}api/stream`, (text) => text.includes('X-Evil') && text.endsWith('\n\n\r\n'))
    const detail = await rawAnswer(`${url}api/endpoint?name=${encodeURIComponent(NAME)}`)
    const page = await rawAnswer(url)
    for (const answer of [stream, detail, page]) {
      const head = answer.slice(0, answer.indexOf('\r\n\r\n'))
      expect(head).toMatch(/^HTTP\/1\.1 200 /)
      expect(head.toLowerCase()).not.toContain('evil')
    }
    expect(page).not.toContain('<script>alert')
    // Chunks have a line for their length before them.
    const lines = stream.split(/\r?\n/)
    const events = lines.slice(lines.indexOf('') + 1)
    expect(events.filter((line) => !/^(event: \w+|data: .*|id: .*|retry: \d+|:.*|[\da-f]+|)$/s.test(line))).toEqual([])
    const told = events.flatMap((line) => (line.startsWith('data: ') ? [JSON.parse(line.slice(6))] : []))
    expect(JSON.stringify(told)).toContain(JSON.stringify(NAME).slice(1, -1))
  })

  it('is nothing that the filter of NestJS tells', async () => {
    const registry = newRegistry()
    registry.breaker(NAME).trip(NAME)
    const error = (await errorOf(registry.call(NAME, () => 1))) as never
    const app = fastify()
    onTestFinished(() => app.close())
    app.get('/', (_request, reply) => {
      const host = { getType: () => 'http', switchToHttp: () => ({ getResponse: () => reply }) }
      new BreakerExceptionFilter().catch(error, host as never)
    })
    const answer = await rawAnswer(await app.listen({ port: 0, host: '127.0.0.1' }))
    expect(answer).toContain('retry-after: 30')
    expect(answer.toLowerCase()).not.toMatch(/evil|script/)
  })
})
