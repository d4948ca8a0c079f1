// Family: the metrics of one prefix in a register, and the registries that they show. It is found by its metrics in the
// register, so that `register.clear()` and two copies of this package do no harm.
import type { Registry as Register } from 'prom-client'
import { ArgumentError, type Registry } from '../../index.ts'
import {
  CALL_DURATION,
  type Labels,
  METRICS,
  type MetricName,
  prometheusName,
  type Reading,
  type TableReader,
} from '../metrics/index.ts'
import { durationHistogram, type TableMetric, tableMetric } from './table-metrics.ts'

const FAMILY = Symbol.for('switchgear.prometheus.family')

interface Member {
  readonly registry: Registry
  readonly labels: Labels
  readonly reader: TableReader
}

/** The family of this prefix in the register; a new one joins it with its first member. */
export function familyIn(register: Register, prefix: string, buckets: readonly number[]): Family {
  const names = [...Object.values(METRICS), CALL_DURATION].map((metric) => prefix + prometheusName(metric))
  for (const name of names) {
    const metric = register.getSingleMetric(name) as { readonly [FAMILY]?: Family } | undefined
    if (metric === undefined) continue
    const family = metric[FAMILY]
    if (family === undefined) {
      throw new ArgumentError('options.prefix', `one whose names are free: ${name} is a metric of another`, prefix)
    }
    if (String(family.buckets) !== String(buckets)) {
      throw new ArgumentError('options.latencyBuckets', `those of the other registry: ${family.buckets}`, buckets)
    }
    return family
  }
  return new Family(register, prefix, buckets)
}

export class Family {
  readonly buckets: readonly number[]
  readonly #register: Register
  readonly #prefix: string
  readonly #members = new Set<Member>()
  #metrics: readonly TableMetric[] = []
  #readings: readonly Reading[] | null = null
  readonly #askers = new Set<string>()

  constructor(register: Register, prefix: string, buckets: readonly number[]) {
    this.#register = register
    this.#prefix = prefix
    this.buckets = buckets
  }

  /** @throws ArgumentError if its series would be those of another live member */
  checkMember(registry: Registry, labels: Labels): void {
    for (const other of this.#members) {
      if (other.registry === registry) {
        throw new ArgumentError('registerMetrics(registry)', 'a registry that the register does not have yet', registry)
      }
      const names = Object.keys(other.labels).toSorted()
      if (String(names) !== String(Object.keys(labels).toSorted())) {
        const expected = `the labels that the other registry in this register has: ${names.join(', ') || 'none'}`
        throw new ArgumentError('options.labels', expected, labels)
      }
      if (names.some((name) => labels[name] !== other.labels[name])) continue
      // A closed one shows its last figures until another takes its place.
      if (other.registry.isClosed) this.remove(other.reader)
      else {
        const expected = "labels that tell it from the other registry in this register, such as { registry: 'shop' }"
        throw new ArgumentError('options.labels', expected, labels)
      }
    }
  }

  add(member: Member): void {
    if (this.#members.size === 0) this.#join(Object.keys(member.labels))
    this.#members.add(member)
  }

  remove(reader: TableReader): void {
    for (const member of this.#members) if (member.reader === reader) this.#members.delete(member)
    if (this.#members.size === 0) this.#leave()
  }

  /**
   * The readings of all members now. A scrape reads all metrics in one run of code: they all get the same readings, until
   * that has ended or the same metric is read again.
   */
  readonly #readNow = (asker: string): readonly Reading[] => {
    if (this.#readings === null || this.#askers.has(asker)) {
      this.#readings = Array.from(this.#members, ({ reader }) => reader.read())
      this.#askers.clear()
      queueMicrotask(() => {
        this.#readings = null
        this.#askers.clear()
      })
    }
    this.#askers.add(asker)
    return this.#readings
  }

  #join(labels: readonly string[]): void {
    const metrics = Object.entries(METRICS).map(([key, metric]) => {
      return tableMetric(this.#readNow, key as MetricName, this.#prefix + prometheusName(metric), labels)
    })
    if (this.buckets.length > 0) {
      metrics.push(durationHistogram(this.#readNow, this.#prefix + prometheusName(CALL_DURATION), labels, this.buckets))
    }
    this.#metrics = metrics
    try {
      for (const metric of metrics) {
        Object.defineProperty(metric, FAMILY, { value: this })
        this.#register.registerMetric(metric)
      }
    } catch (error) {
      this.#leave()
      throw error
    }
  }

  /** Metrics that other code has registered under the same names meanwhile stay. */
  #leave(): void {
    for (const metric of this.#metrics) {
      const name = [metric.name, `${metric.name}_total`].find(
        (known) => this.#register.getSingleMetric(known) === metric,
      )
      if (name !== undefined) this.#register.removeSingleMetric(name)
    }
    this.#metrics = []
  }
}
