// The dashboard of Grafana and the alert rules that are shipped: all they name is exported, and the rules say what they should.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Registry as Register } from 'prom-client'
import { describe, expect, it, type TestContext } from 'vitest'
import { parse } from 'yaml'
import { createRegistry } from '../../../src/index.ts'
import { METRICS, prometheusName } from '../../../src/observe/metrics/index.ts'
import { registerMetrics } from '../../../src/observe/prometheus/index.ts'
import { DOWN } from '../../support/calls.ts'
import { promtool } from '../../support/needs.ts'

const inRepository = (path: string) => resolve(import.meta.dirname, '../../..', path)
const ALERTS = inRepository('docs/monitoring/alerts.yml')
const dashboard = JSON.parse(readFileSync(inRepository('docs/monitoring/grafana-dashboard.json'), 'utf8'))
const alerts: { groups: { rules: { alert: string; expr: string }[] }[] } = parse(readFileSync(ALERTS, 'utf8'))

/** Every expression of the dashboard: of panels, annotations and variables. */
function expressionsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) =>
    (key === 'expr' || key === 'definition') && typeof inner === 'string' ? [inner] : expressionsIn(inner),
  )
}

/** The metrics that an expression names, and the labels it asks of them, as matchers, or in `by (…)`. */
function namedIn(expression: string): { metrics: string[]; labels: string[] } {
  const matchers = [...expression.matchAll(/\{([^}]*)\}/g)].flatMap(([, inner = '']) =>
    [...inner.matchAll(/(\w+)\s*(?:=~|!~|!=|=)\s*"/g)].map(([, label = '']) => label),
  )
  const grouped = [...expression.matchAll(/\b(?:by|without|on|ignoring)\s*\(([^)]*)\)/g)].flatMap(([, inner = '']) =>
    inner.split(/,\s*/),
  )
  const asked = [...expression.matchAll(/label_values\(.*, (\w+)\)$/g)].map(([, label = '']) => label)
  return { metrics: expression.match(/\bswitchgear_\w+/g) ?? [], labels: [...matchers, ...grouped, ...asked] }
}

/** A scrape of a registry to which everything has happened that a metric tells of. */
async function scrape(): Promise<string> {
  const register = new Register()
  const registry = createRegistry({
    policy: {
      latencySampling: 1,
      failureThreshold: 9,
      maxConcurrent: 5,
      failureRate: { threshold: 1, minimumCalls: 9, window: { calls: 10 } },
      slowCalls: { slowerThan: 5, threshold: 1, minimumCalls: 9, window: { calls: 10 } },
    },
  })
  registerMetrics(registry, { register })
  await registry.call('a', () => Promise.reject(DOWN)).catch(() => {})
  registry.breaker('a').trip()
  const text = await register.metrics()
  await registry.close()
  return text
}

describe('the dashboard and the alerts', async () => {
  const text = await scrape()
  const exported = new Map<string, Set<string>>()
  for (const [, name = '', labels = ''] of text.matchAll(/^(switchgear_\w+)(?:\{(.*)\})? /gm)) {
    const known = exported.get(name) ?? new Set(['job', 'instance'])
    for (const [, label = ''] of labels.matchAll(/(\w+)="/g)) known.add(label)
    exported.set(name, known)
  }
  const expressions = [
    ...expressionsIn(dashboard),
    ...alerts.groups.flatMap(({ rules }) => rules.map(({ expr }) => expr)),
  ]
  const unknownIn = (expression: string) => {
    const { metrics, labels } = namedIn(expression)
    const known = metrics.map((metric) => exported.get(metric))
    return [
      ...metrics.filter((_, index) => known[index] === undefined),
      ...labels.filter((label) => !known.some((all) => all?.has(label))),
    ]
  }

  it('name metrics and labels that are exported, and no others', () => {
    expect(expressions.length).toBeGreaterThan(30)
    for (const expression of expressions) expect(namedIn(expression).metrics.length, expression).toBeGreaterThan(0)
    expect(expressions.flatMap(unknownIn)).toEqual([])
  })

  it('that named others would be found', () => {
    expect(unknownIn('sum by (job, endpiont) (rate(switchgear_calls_total{outcom="a"}[5m]))')).toEqual([
      'outcom',
      'endpiont',
    ])
    expect(unknownIn('switchgear_stat{endpoint="a"} > 2')).toEqual(['switchgear_stat', 'endpoint'])
    expect(unknownIn('label_values(switchgear_state, reason)')).toEqual(['reason'])
  })

  it('draw every metric that there is', () => {
    const drawn = new Set(expressions.flatMap((expression) => namedIn(expression).metrics))
    const names = Object.values(METRICS).map(prometheusName)
    expect([...names, 'switchgear_call_duration_seconds_bucket'].filter((name) => !drawn.has(name))).toEqual([])
  })

  it('have each legend from labels that its expression leaves', () => {
    const panels: { title: string; targets?: { expr: string; legendFormat: string }[] }[] = dashboard.panels
    for (const { title, targets = [] } of panels) {
      for (const { expr, legendFormat } of targets) {
        const shown = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label)
        const left =
          /\bby \(([^)]*)\)/.exec(expr)?.[1]?.split(/,\s*/) ?? (expr.includes('sum(') ? [] : ['endpoint', 'instance'])
        expect(
          shown.filter((label) => !left.includes(label)),
          title,
        ).toEqual([])
      }
    }
  })

  it('have panels that do not overlap', () => {
    const seen = new Set<string>()
    for (const { id, title, gridPos } of dashboard.panels) {
      expect(seen.has(`id ${id}`)).toBe(false)
      seen.add(`id ${id}`)
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(x < 24 && !seen.has(`${x},${y}`), `${title} at ${x},${y}`).toBe(true)
          seen.add(`${x},${y}`)
        }
      }
    }
  })

  /** What promtool says; skipped with a reason where there is none. */
  const runPromtool = (context: TestContext, args: string[], input?: string) => {
    if (promtool.path === null) return context.skip(promtool.missing)
    return spawnSync(promtool.path, args, { encoding: 'utf8', input })
  }

  it('are rules that promtool accepts', (context) => {
    const { status, stdout } = runPromtool(context, ['check', 'rules', ALERTS])
    expect(stdout).toContain('SUCCESS: 8 rules found')
    expect(status).toBe(0)
  })

  it('fire when they should, as promtool finds on made-up series', (context) => {
    const { status, stdout, stderr } = runPromtool(context, [
      'test',
      'rules',
      inRepository('test/observe/prometheus/alerts.test.yml'),
    ])
    expect(stdout + stderr).toContain('SUCCESS')
    expect(status).toBe(0)
  })

  it('stand on metrics that promtool finds no fault with', (context) => {
    const { status, stdout, stderr } = runPromtool(context, ['check', 'metrics'], text)
    expect(stdout + stderr).toBe('')
    expect(status).toBe(0)
    const wrong = runPromtool(context, ['check', 'metrics'], '# TYPE a_total gauge\na_total 1\n')
    expect(wrong.status).not.toBe(0)
  })
})
