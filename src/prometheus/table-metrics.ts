// TableMetrics: metrics of prom-client whose values are read when they are asked for, from the tables of registries.
// prom-client's `collect` would have them counted up anew, one by one, at each scrape, and can't set a histogram at all.
import { type Aggregator, Counter, Gauge, Histogram, type MetricType } from 'prom-client'
import { CALL_DURATION, METRICS, type MetricName, type Reading } from '../metrics/index.ts'

/** All registries of the register, read now; whoever asks within one scrape is told the same. */
export type Readings = (asker: string) => readonly Reading[]

/** How the figures of several processes become one (`AggregatorRegistry` of prom-client); else they are summed. */
const AGGREGATORS: Partial<Record<MetricName, Aggregator>> = {
  state: 'max',
  failureRatio: 'average',
  slowCallRatio: 'average',
}

export class TableCounter extends Counter<string> {
  /** As prom-client changes it for OpenMetrics. */
  declare readonly name: string
  readonly #readings: Readings
  readonly #key: MetricName

  constructor(readings: Readings, key: MetricName, name: string, labelNames: string[]) {
    super({ name, help: METRICS[key].help, labelNames, registers: [] })
    this.#readings = readings
    this.#key = key
  }

  override async get() {
    const values = valuesOf(this.#readings, this.#key)
    return { ...(await super.get()), values }
  }
}

export class TableGauge extends Gauge<string> {
  declare readonly name: string
  readonly #readings: Readings
  readonly #key: MetricName

  constructor(readings: Readings, key: MetricName, name: string, labelNames: string[]) {
    super({ name, help: METRICS[key].help, labelNames, registers: [], aggregator: AGGREGATORS[key] ?? 'sum' })
    this.#readings = readings
    this.#key = key
  }

  override async get() {
    const values = valuesOf(this.#readings, this.#key)
    return { ...(await super.get()), values }
  }
}

export class DurationHistogram extends Histogram<string> {
  declare readonly name: string
  readonly #readings: Readings
  readonly #buckets: readonly number[]

  constructor(readings: Readings, name: string, labels: readonly string[], buckets: readonly number[]) {
    const labelNames = [...labels, ...CALL_DURATION.attributes]
    super({ name, help: CALL_DURATION.help, labelNames, buckets: [...buckets], registers: [] })
    this.#readings = readings
    this.#buckets = buckets
  }

  override async get() {
    // Not the base's with other values: it asks for what is below.
    const type = 'histogram' as unknown as MetricType
    const aggregator: Aggregator = 'sum'
    return { name: this.name, help: CALL_DURATION.help, type, aggregator, collect: () => {}, values: this.#values() }
  }

  /** What prom-client 15 asks a histogram for to write it as text. */
  getForPromString() {
    return this.get()
  }

  #values() {
    const { name } = this
    return this.#readings(name)
      .flatMap(({ durations }) => durations)
      .flatMap(({ attributes, samples, seconds, atMost }) => [
        ...this.#buckets.map((le, index) => ({
          metricName: `${name}_bucket`,
          labels: { ...attributes, le: String(le) },
          value: atMost[index] ?? 0,
        })),
        { metricName: `${name}_bucket`, labels: { ...attributes, le: '+Inf' }, value: samples },
        { metricName: `${name}_sum`, labels: attributes, value: seconds },
        { metricName: `${name}_count`, labels: attributes, value: samples },
      ])
  }
}

function valuesOf(readings: Readings, key: MetricName) {
  return readings(key)
    .flatMap(({ points }) => points[key])
    .map(({ attributes: labels, value }) => ({ labels, value }))
}
