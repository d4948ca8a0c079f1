// TableReader: all metrics of a registry, read from its table in one pass when somebody asks. Calls pay nothing for it; only
// what the table does not count (transitions, restarts, escalations) is counted by listeners.
import type { EndpointStats, Registry } from '../index.ts'
import type { Attributes, MetricName } from './catalogue.ts'
import { type Series, SeriesByEndpoint } from './series.ts'
import { AT_MOST, CELLS, SAMPLED_SECONDS, SAMPLES, SharedTotals, STATES, type Totals, totalsOf } from './totals.ts'

export interface Point {
  readonly attributes: Attributes
  readonly value: number
}

/** The sampled calls of one series. */
export interface Durations {
  readonly attributes: Attributes
  readonly samples: number
  readonly seconds: number
  /** How many took at most each bound. */
  readonly atMost: readonly number[]
  /** Seconds by share of the calls; of one endpoint only, for quantiles can't be added. */
  readonly quantiles: Readonly<Record<string, number | null>>
}

/** Every metric at one moment. */
export interface Reading {
  readonly points: Readonly<Record<MetricName, readonly Point[]>>
  readonly durations: readonly Durations[]
}

export interface TableReaderOptions {
  readonly maxEndpoints: number
  /** Ascending, in seconds; none: no histogram is asked for. */
  readonly latencyBounds: readonly number[]
  /** What every point is told with. */
  readonly attributes: Attributes
}

export class TableReader {
  readonly #registry: Registry
  readonly #options: TableReaderOptions
  readonly #series: SeriesByEndpoint
  readonly #shared = new SharedTotals()
  readonly #ends: readonly (() => void)[]
  #lastReading: Reading | null = null

  constructor(registry: Registry, options: TableReaderOptions) {
    this.#registry = registry
    this.#options = options
    this.#series = new SeriesByEndpoint(options.maxEndpoints)
    for (const { endpoint } of registry.list()) this.#series.of(endpoint)
    this.#ends = [
      registry.on('created', ({ endpoint }) => {
        this.#series.of(endpoint)
      }),
      registry.on('deleted', ({ endpoint }) => this.#series.drop(endpoint)),
      registry.on('transition', (event) => this.#series.of(event.endpoint).count(event)),
      registry.on('restarted', ({ endpoint }) => {
        this.#series.of(endpoint).restarts++
      }),
      registry.on('escalated', ({ endpoint }) => {
        this.#series.of(endpoint).escalations++
      }),
    ]
  }

  /** Of a registry that is closed: the last counts, for a last push, and no states, for there are no breakers. */
  read(): Reading {
    if (this.#lastReading !== null) return this.#lastReading
    const { isClosed } = this.#registry
    const reading = this.#take(isClosed)
    if (isClosed) this.#lastReading = reading
    return reading
  }

  /** It hears and holds nothing any more. */
  end(): void {
    for (const end of this.#ends) end()
  }

  #take(isClosed: boolean): Reading {
    const { latencyBounds, attributes } = this.#options
    const latencyBoundsMs = latencyBounds.map((seconds) => seconds * 1_000)
    const all = this.#registry.stats(latencyBounds.length === 0 ? {} : { latencyBoundsMs })
    const writer = new ReadingWriter(attributes)
    const sharing = new Map<string, Totals>()
    for (const stats of all) {
      const series = this.#series.of(stats.endpoint)
      if (series === this.#series.other) {
        sharing.set(stats.endpoint, totalsOf(stats))
        continue
      }
      writer.counters(series, totalsOf(stats), stats)
      if (!isClosed) writer.gauges(series, stats)
    }
    const shared = this.#shared.add(sharing)
    if (shared !== null) writer.counters(this.#series.other, shared)
    if (!isClosed) writer.breakers(all)
    return writer.reading
  }
}

/** Puts points where they belong. */
class ReadingWriter {
  readonly #points: Record<MetricName, Point[]> = {
    calls: [],
    rejections: [],
    fallbacks: [],
    lateResults: [],
    slowCalls: [],
    transitions: [],
    restarts: [],
    escalations: [],
    stateTime: [],
    state: [],
    breakers: [],
    probesInFlight: [],
    failureRatio: [],
    slowCallRatio: [],
  }
  readonly #durations: Durations[] = []
  readonly #attributes: Attributes

  constructor(attributes: Attributes) {
    this.#attributes = attributes
  }

  get reading(): Reading {
    return { points: this.#points, durations: this.#durations }
  }

  counters(series: Series, totals: Totals, stats?: EndpointStats): void {
    const { label: endpoint, restarts, escalations, transitions } = series
    CELLS.forEach(({ metric, attributes }, index) => {
      this.#add(metric, totals[index] ?? 0, { endpoint, ...attributes })
    })
    this.#add('restarts', restarts, { endpoint })
    this.#add('escalations', escalations, { endpoint })
    for (const { from, to, reason, count } of transitions.values()) {
      this.#add('transitions', count, { endpoint, from, to, reason })
    }
    const samples = totals[SAMPLES] ?? 0
    if (samples === 0) return
    const attributes = { ...this.#attributes, endpoint }
    const atMost = totals.slice(AT_MOST)
    this.#durations.push({
      attributes,
      samples,
      seconds: totals[SAMPLED_SECONDS] ?? 0,
      atMost,
      quantiles: quantilesOf(stats),
    })
  }

  gauges({ label: endpoint }: Series, { state, probesInFlight, failureRate, slowRate }: EndpointStats): void {
    this.#add('state', STATES.indexOf(state), { endpoint })
    this.#add('probesInFlight', probesInFlight, { endpoint })
    if (failureRate !== null) this.#add('failureRatio', failureRate, { endpoint })
    if (slowRate !== null) this.#add('slowCallRatio', slowRate, { endpoint })
  }

  breakers(all: readonly EndpointStats[]): void {
    const counts = { closed: 0, halfOpen: 0, open: 0, forcedOpen: 0, disabled: 0 }
    for (const { state } of all) counts[state]++
    for (const state of STATES) this.#add('breakers', counts[state], { state })
  }

  #add(metric: MetricName, value: number, attributes: Attributes): void {
    this.#points[metric].push({ attributes: { ...this.#attributes, ...attributes }, value })
  }
}

function quantilesOf(stats: EndpointStats | undefined): Durations['quantiles'] {
  if (stats === undefined) return {}
  const { p50, p90, p99 } = stats.latency
  const inSeconds = (ms: number | null) => (ms === null ? null : ms / 1_000)
  return { '0.5': inSeconds(p50), '0.9': inSeconds(p90), '0.99': inSeconds(p99) }
}
