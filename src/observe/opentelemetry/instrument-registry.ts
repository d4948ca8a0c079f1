/// <reference lib="esnext.disposable" preserve="true" />
// InstrumentRegistry: metrics of a registry for OpenTelemetry, and attributes and events on the spans of callers.
import { type Meter, type MeterProvider, metrics, type Tracer } from '@opentelemetry/api'
import { checkCount, checkOptions, checkRegistry, hasFunctions } from '../../core/options/index.ts'
import { ArgumentError, type Registry } from '../../index.ts'
import { METRICS, TableReader } from '../metrics/index.ts'
import { observeTable } from './observe-table.ts'
import { annotateCalls, annotateTransitions } from './spans.ts'

/** The options of `instrumentRegistry`. All are optional. */
export interface InstrumentOptions {
  /** Makes the instruments. Default: the meter `switchgear` of `meterProvider`. */
  readonly meter?: Meter | undefined
  /** Default: the global one, `metrics.getMeterProvider()`. Not beside `meter`. */
  readonly meterProvider?: MeterProvider | undefined
  /**
   * Switches on tracing of calls: each guarded call adds its endpoint, outcome and generation to the active span, at some
   * cost for every call. A transition without an active span, such as the end of the open time, gets a span of its own from
   * this tracer. Default: none; then only transitions are recorded, on the active span.
   */
  readonly tracer?: Tracer | undefined
  /** Attributes of every metric, for example `{ 'service.tier': 'shop' }`: they distinguish several registries. Default: none. */
  readonly attributes?: Readonly<Record<string, string>> | undefined
  /**
   * How many endpoints have series of their own, at least 1; the counts of all others are one series, `other`. First come,
   * first served. Default 300: the SDK keeps at most 2,000 series of one instrument, and `switchgear.state.time` has five
   * for each endpoint.
   */
  readonly maxEndpoints?: number | undefined
}

/** The handle that ends the instrumentation. */
export interface Instrumentation {
  /** Stops observing and listening. A second call does nothing. */
  stop(): void
  /** As `stop`, for `using`. */
  [Symbol.dispose](): void
}

const NAMES = ['meter', 'meterProvider', 'tracer', 'attributes', 'maxEndpoints'] satisfies (keyof InstrumentOptions)[]
const OUR_ATTRIBUTES: readonly string[] = [
  ...Object.values(METRICS).flatMap(({ attributes }) => attributes as readonly string[]),
  'quantile',
]

/**
 * Reports a registry to OpenTelemetry. Metrics are read from its table when they are collected: calls pay nothing for them.
 * A transition that a call causes is an event of the span that is active in that call. After `registry.close()` the
 * counters stay as they were, until `stop()`.
 * @throws ArgumentError (`INVALID_ARGUMENT`) for wrong options
 */
export function instrumentRegistry(registry: Registry, options: InstrumentOptions = {}): Instrumentation {
  const checked = checkRegistry('instrumentRegistry(registry)', registry)
  checkOptions('options', options, NAMES)
  const given = options as { readonly [K in keyof InstrumentOptions]: unknown }
  const meter = meterOf(given)
  const tracer = given.tracer === undefined ? undefined : checkTracer(given.tracer)
  const labels = checkAttributes(given.attributes ?? {})
  const maxEndpoints = checkCount('options.maxEndpoints', given.maxEndpoints, 300)
  const reader = new TableReader(checked, { maxEndpoints, latencyBounds: [], labels })
  const ends = [() => reader.end()]
  try {
    ends.push(observeTable(meter, reader), annotateTransitions(checked, tracer))
    if (tracer !== undefined) ends.push(annotateCalls(checked))
  } catch (error) {
    for (const end of ends) end()
    throw error
  }
  const stop = () => {
    for (const end of ends.splice(0)) end()
  }
  return { stop, [Symbol.dispose]: stop }
}

function meterOf({ meter, meterProvider }: { readonly [K in keyof InstrumentOptions]: unknown }): Meter {
  if (meter !== undefined) {
    if (meterProvider !== undefined)
      throw new ArgumentError('options.meterProvider', 'nothing beside a meter', meterProvider)
    if (hasFunctions(meter, 'createObservableCounter', 'addBatchObservableCallback')) return meter as Meter
    throw new ArgumentError('options.meter', 'a meter of OpenTelemetry: meterProvider.getMeter(name)', meter)
  }
  const provider = meterProvider ?? metrics.getMeterProvider()
  if (hasFunctions(provider, 'getMeter')) return (provider as MeterProvider).getMeter('switchgear')
  throw new ArgumentError('options.meterProvider', 'a MeterProvider of OpenTelemetry', provider)
}

function checkTracer(tracer: unknown): Tracer {
  if (hasFunctions(tracer, 'startSpan')) return tracer as Tracer
  throw new ArgumentError('options.tracer', 'a tracer of OpenTelemetry: trace.getTracer(name)', tracer)
}

function checkAttributes(value: unknown): Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ArgumentError('options.attributes', "an object of attributes: { 'service.tier': 'shop' }", value)
  }
  for (const [name, attribute] of Object.entries(value)) {
    const where = `options.attributes.${name}`
    if (name === '' || OUR_ATTRIBUTES.includes(name)) {
      throw new ArgumentError(where, 'another name: this one is an attribute of the metrics', attribute)
    }
    if (typeof attribute !== 'string' || attribute === '')
      throw new ArgumentError(where, 'a string that is not empty', attribute)
  }
  return { ...value }
}
