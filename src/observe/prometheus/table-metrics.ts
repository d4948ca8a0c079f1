// TableMetrics: metrics of prom-client whose values are read on demand, from the tables of registries. With `collect` of
// prom-client they would be counted up again, one by one, at each scrape, and a histogram could not be set at all.
import { type Aggregator, Counter, Gauge, Histogram, type MetricType } from 'prom-client'
import { CALL_DURATION, type Labels, METRICS, type MetricName, type Reading } from '../metrics/index.ts'

/** All registries of the register, read now; all metrics of one scrape get the same. */
export type Readings = (asker: string) => readonly Reading[]

/** How the figures of several processes become one (`AggregatorRegistry` of prom-client); else they are summed. */
const AGGREGATORS: Partial<Record<MetricName, Aggregator>> = {
  state: 'max',
  refuses: 'max',
  failureRatio: 'average',
  slowCallRatio: 'average',
}

/** As prom-client 15 writes it: `sharedLabels` become text once, and are recognised as the same object. */
interface Value {
  readonly metricName?: string
  readonly sharedLabels: Labels
  readonly labels: Labels
  readonly value: number
}

export class TableCounter extends Counter<string> {
  /** As prom-client changes it for OpenMetrics. */
  declare readonly name: string
  readonly #values: () => Value[]

  constructor(readings: Readings, key: MetricName, name: string, labelNames: string[]) {
    super({ name, help: METRICS[key].help, labelNames, registers: [] })
    this.#values = () => valuesOf(readings, key)
  }

  override async get() {
    const values = this.#values().map(withAllLabels)
    return { ...(await super.get()), values }
  }

  /** What prom-client 15 needs to write it as text. */
  async getForPromString() {
    const values = this.#values()
    return { ...(await super.get()), values }
  }
}

export class TableGauge extends Gauge<string> {
  declare readonly name: string
  readonly #values: () => Value[]

  constructor(readings: Readings, key: MetricName, name: string, labelNames: string[]) {
    super({ name, help: METRICS[key].help, labelNames, registers: [], aggregator: AGGREGATORS[key] ?? 'sum' })
    this.#values = () => valuesOf(readings, key)
  }

  override async get() {
    const values = this.#values().map(withAllLabels)
    return { ...(await super.get()), values }
  }

  async getForPromString() {
    const values = this.#values()
    return { ...(await super.get()), values }
  }
}

export class DurationHistogram extends Histogram<string> {
  declare readonly name: string
  readonly #readings: Readings
  readonly #buckets: readonly Labels[]

  constructor(readings: Readings, name: string, labels: readonly string[], buckets: readonly number[]) {
    const labelNames = [...labels, ...CALL_DURATION.attributes]
    super({ name, help: CALL_DURATION.help, labelNames, buckets: [...buckets], registers: [] })
    this.#readings = readings
    this.#buckets = [...buckets.map((bound) => ({ le: String(bound) })), { le: '+Inf' }]
  }

  override async get() {
    return this.#described(this.#values().map(withAllLabels))
  }

  async getForPromString() {
    return this.#described(this.#values())
  }

  /** Not the base class's with other values: it would use what is above. */
  #described<V>(values: V[]) {
    const type = 'histogram' as unknown as MetricType
    const aggregator: Aggregator = 'sum'
    return { name: this.name, help: CALL_DURATION.help, type, aggregator, collect: () => {}, values }
  }

  #values(): Value[] {
    const { name } = this
    const [bucket, sum, count] = [`${name}_bucket`, `${name}_sum`, `${name}_count`]
    const values: Value[] = []
    for (const { durations } of this.#readings(name)) {
      for (const { series: sharedLabels, samples, seconds, atMost } of durations) {
        for (const [index, labels] of this.#buckets.entries()) {
          values.push({ metricName: bucket, sharedLabels, labels, value: atMost[index] ?? samples })
        }
        values.push({ metricName: sum, sharedLabels, labels: {}, value: seconds })
        values.push({ metricName: count, sharedLabels, labels: {}, value: samples })
      }
    }
    return values
  }
}

function valuesOf(readings: Readings, key: MetricName): Value[] {
  return readings(key).flatMap(({ points }) =>
    points[key].map(({ series: sharedLabels, labels, value }) => ({ sharedLabels, labels, value })),
  )
}

function withAllLabels({ sharedLabels, labels, ...rest }: Value) {
  return { ...rest, labels: { ...sharedLabels, ...labels } }
}
