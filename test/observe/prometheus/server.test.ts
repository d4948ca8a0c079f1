// A real server of Prometheus scrapes a real page of metrics, and an alert that is shipped fires.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Registry as Register } from 'prom-client'
import { afterAll, expect, it } from 'vitest'
import { createRegistry } from '../../../src/index.ts'
import { registerMetrics } from '../../../src/observe/prometheus/index.ts'
import { prometheus } from '../../support/needs.ts'

const ends: (() => unknown)[] = []
afterAll(async () => {
  for (const end of ends.reverse()) await end()
})

/** A service that calls others through breakers, and tells of it on /metrics. */
async function startService() {
  const registry = createRegistry({ policy: { failureThreshold: 2, latencySampling: 1 } })
  const register = new Register()
  registerMetrics(registry, { register })
  const server = createServer(async (_, response) => {
    response.setHeader('content-type', register.contentType)
    response.end(await register.metrics())
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  ends.push(() => {
    server.closeAllConnections()
    server.close()
    return registry.close()
  })
  return { registry, port: (server.address() as AddressInfo).port }
}

/** The shipped rules, but firing at once. */
function eagerRules(): string {
  return readFileSync(resolve(import.meta.dirname, '../../../docs/monitoring/alerts.yml'), 'utf8').replace(
    /for: \w+/g,
    'for: 0s',
  )
}

async function startPrometheus(path: string, target: number): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'switchgear-prometheus-'))
  const config = {
    global: { scrape_interval: '200ms', scrape_timeout: '200ms', evaluation_interval: '200ms' },
    rule_files: ['alerts.yml'],
    scrape_configs: [{ job_name: 'shop', static_configs: [{ targets: [`127.0.0.1:${target}`] }] }],
  }
  // JSON is YAML.
  writeFileSync(join(folder, 'prometheus.yml'), JSON.stringify(config))
  writeFileSync(join(folder, 'alerts.yml'), eagerRules())
  const child = spawn(path, [
    `--config.file=${join(folder, 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    '--web.listen-address=127.0.0.1:0',
  ])
  ends.push(async () => {
    await ended(child)
    rmSync(folder, { recursive: true, force: true })
  })
  return `http://127.0.0.1:${await portOf(child)}`
}

function portOf(child: ChildProcess): Promise<string> {
  return new Promise((found, failed) => {
    let said = ''
    child.stderr?.on('data', (data) => {
      said += data
      const port = /msg="Listening on" address=127\.0\.0\.1:(\d+)/.exec(said)?.[1]
      if (port !== undefined) found(port)
    })
    child.once('exit', () => failed(new Error(said)))
  })
}

function ended(child: ChildProcess): Promise<unknown> {
  if (child.exitCode !== null) return Promise.resolve()
  const exit = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  return exit
}

interface Sample {
  readonly metric: Readonly<Record<string, string>>
  readonly value: readonly [number, string]
}

interface Alert {
  readonly state: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

/** Asked again until it is as wanted. */
async function until<T>(ask: () => Promise<T>, isWanted: (answer: T) => boolean): Promise<T> {
  const answer = await ask()
  return isWanted(answer) ? answer : until(ask, isWanted)
}

it('Prometheus scrapes what calls came to, with names of any kind, and the shipped alert fires', async (context) => {
  if (prometheus.path === null) return context.skip(prometheus.missing)
  const { registry, port } = await startService()
  const address = await startPrometheus(prometheus.path, port)
  const ask = async (path: string) =>
    ((await (await fetch(`${address}/api/v1/${path}`)).json()) as { data: { result: Sample[]; alerts: Alert[] } }).data
  const query = async (expression: string): Promise<Sample[]> =>
    (await ask(`query?query=${encodeURIComponent(expression)}`)).result

  const refused = () => fetch('http://127.0.0.1:1/').then(() => 'answered')
  for (let call = 0; call < 3; call++) await registry.call('payments', refused).catch(() => {})
  const hostile = ['a"b\\c\nd\re\0f', '\u202eright to left', '<img onerror>', '', 'other', '\ud800', 'x'.repeat(10_000)]
  for (const name of hostile) await registry.call(name, () => 'ok')

  const alerts = await until(
    async (): Promise<Alert[]> => (await ask('alerts')).alerts,
    (all) => all.some(({ state, labels }) => state === 'firing' && labels['alertname'] === 'SwitchgearBreakerOpen'),
  )
  const open = alerts.filter(({ labels }) => labels['alertname'] === 'SwitchgearBreakerOpen')
  expect(open.map(({ labels }) => labels)).toEqual([
    {
      alertname: 'SwitchgearBreakerOpen',
      endpoint: 'payments',
      instance: `127.0.0.1:${port}`,
      job: 'shop',
      severity: 'warning',
    },
  ])
  expect(open[0]?.annotations['summary']).toBe('Calls to payments have been refused for 3 minutes')

  const calls = await query('switchgear_calls_total{endpoint="payments"}')
  expect(Object.fromEntries(calls.map(({ metric, value }) => [metric['outcome'], value[1]]))).toEqual({
    success: '0',
    failure: '2',
    timeout: '0',
    ignored: '0',
  })
  expect((await query('switchgear_rejections_total{endpoint="payments"}'))[0]?.value[1]).toBe('1')
  const states = await until(
    () => query('switchgear_state'),
    (found) => found.length === hostile.length + 1,
  )
  const names = states.map(({ metric }) => metric['endpoint'])
  expect(names).toEqual(
    expect.arrayContaining([
      'payments',
      'a"b\\c\nd\re\0f',
      '\u202eright to left',
      '<img onerror>',
      '(empty)',
      'other~2',
      '\ufffd',
    ]),
  )
  expect(
    await query('histogram_quantile(0.5, switchgear_call_duration_seconds_bucket{endpoint="payments"})'),
  ).toHaveLength(1)
  expect((await query('up'))[0]?.value[1]).toBe('1')

  registry.delete('payments')
  await until(
    () => query('switchgear_state{endpoint="payments"}'),
    (found) => found.length === 0,
  )
})
