// OpenTelemetry: metrics, read back from the SDK.

import { metrics } from '@opentelemetry/api'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { createRegistry } from 'switchgear'
import { instrumentRegistry } from 'switchgear/opentelemetry'
import { same, smoke } from './check.js'

smoke(async () => {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 60_000 })
  const meterProvider = new MeterProvider({ readers: [reader] })
  same('the SDK is taken', metrics.setGlobalMeterProvider(meterProvider), true)
  const registry = createRegistry()
  const instruments = instrumentRegistry(registry)
  await registry.call('mail', async () => 'sent')
  registry.breaker('mail').trip('maintenance')
  await meterProvider.forceFlush()
  const told = (exporter.getMetrics()[0]?.scopeMetrics ?? []).flatMap((scope) => scope.metrics)
  const pointsOf = (name: string) => told.find(({ descriptor }) => descriptor.name === name)?.dataPoints ?? []
  same(
    'the state',
    pointsOf('switchgear.state').map(({ value }) => value),
    [2],
  )
  const success = pointsOf('switchgear.calls').find(({ attributes }) => attributes['outcome'] === 'success')
  same('calls', success?.value, 1)
  instruments.stop()
  await meterProvider.shutdown()
})
