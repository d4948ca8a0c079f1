// prom-client: a scrape of a register with our metrics.
import { Registry } from 'prom-client'
import { createRegistry } from 'switchgear'
import { registerMetrics } from 'switchgear/prometheus'
import { same, smoke } from './check.js'

smoke(async () => {
  const registry = createRegistry({ policy: { failureThreshold: 1, latencySampling: 1 } })
  const register = new Registry()
  const metrics = registerMetrics(registry, { register })
  await registry.call('mail', async () => 'sent')
  await registry.call('mail', () => Promise.reject(new Error('down'))).catch(() => {})
  const lines = (await register.metrics()).split('\n')
  // The order of labels is prom-client's own.
  const figureOf = (name: string, label = 'endpoint="mail"') => {
    const isIt = (line: string) => line.startsWith(`${name}{`) && line.includes(label)
    return lines.find(isIt)?.split(' ').at(-1)
  }
  same('calls', figureOf('switchgear_calls_total', 'outcome="success"'), '1')
  same('the state', figureOf('switchgear_state'), '2')
  same('latencies', figureOf('switchgear_call_duration_seconds_count'), '2')
  same(
    'as JSON',
    (await register.getMetricsAsJSON()).some(({ name }) => name === 'switchgear_calls_total'),
    true,
  )
  metrics.unregister()
  same('what is left', (await register.metrics()).trim(), '')
})
