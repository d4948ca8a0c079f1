// OpenTelemetry: a transition outside of every span becomes one of its own, which the SDK exports.
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { createRegistry } from 'switchgear'
import { instrumentRegistry } from 'switchgear/opentelemetry'
import { same, smoke } from './check.js'

smoke(async () => {
  const exporter = new InMemorySpanExporter()
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
  const registry = createRegistry()
  const instruments = instrumentRegistry(registry, { tracer: provider.getTracer('of the matrix') })
  registry.breaker('mail').trip('maintenance')
  await provider.forceFlush()
  const [span] = exporter.getFinishedSpans()
  same('its attributes', [span?.attributes['switchgear.endpoint'], exporter.getFinishedSpans().length], ['mail', 1])
  instruments.stop()
  await provider.shutdown()
})
