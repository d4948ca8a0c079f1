/// <reference lib="esnext.disposable" preserve="true" />
// RegisterMetrics: puts the metrics of a registry into a register of prom-client.
import { register as defaultRegister, type Registry as Register } from 'prom-client'
import { checkCount, checkOptions, checkRegistry, hasFunctions } from '../../core/options/index.ts'
import { ArgumentError, type Registry } from '../../index.ts'
import { METRICS, TableReader } from '../metrics/index.ts'
import { familyIn } from './family.ts'

/** The options of `registerMetrics`. All are optional. */
export interface RegisterMetricsOptions {
  /** The register of prom-client that is scraped. Default: prom-client's own `register`. */
  readonly register?: Register | undefined
  /**
   * Labels of every series, for example `{ registry: 'shop' }`: they distinguish several registries in one register.
   * Default: none.
   */
  readonly labels?: Readonly<Record<string, string>> | undefined
  /**
   * How many endpoints have series of their own, at least 1; the counts of all others are one series, `other`. An
   * endpoint has about 35 series. First come, first served; a deleted breaker makes room. Default 1,000.
   */
  readonly maxEndpoints?: number | undefined
  /** A prefix of every name, as for prom-client's own metrics: `'shop_'` makes `shop_switchgear_calls_total`. Default: none. */
  readonly prefix?: string | undefined
  /** Upper bounds of the latency histogram in seconds, ascending; `[]` for no histogram. Default: 5 ms to 10 s, as in prom-client. */
  readonly latencyBuckets?: readonly number[] | undefined
}

/** The handle that removes the metrics. */
export interface RegisteredMetrics {
  /** Removes the metrics of this registry from the register. A second call does nothing. */
  unregister(): void
  /** As `unregister`, for `using`. */
  [Symbol.dispose](): void
}

const NAMES = [
  'register',
  'labels',
  'maxEndpoints',
  'prefix',
  'latencyBuckets',
] satisfies (keyof RegisterMetricsOptions)[]
const DEFAULT_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const OUR_LABELS: readonly string[] = [
  ...Object.values(METRICS).flatMap(({ attributes }) => attributes as readonly string[]),
  'le',
]

/**
 * Puts the metrics of a registry into a register of prom-client. Each scrape reads them from the registry's table: calls
 * pay nothing for them. Series of a deleted breaker are gone with the next scrape. After `registry.close()` the counters
 * stay as they were, until `unregister()` or until another registry takes its place in the register.
 * @throws ArgumentError (`INVALID_ARGUMENT`) for wrong options, for a name that the register uses for another metric, and
 *   for a second registry in one register whose labels do not differ from those of the first
 */
export function registerMetrics(registry: Registry, options: RegisterMetricsOptions = {}): RegisteredMetrics {
  const checked = checkRegistry('registerMetrics(registry)', registry)
  checkOptions('options', options, NAMES)
  const given = options as { readonly [K in keyof RegisterMetricsOptions]: unknown }
  const register = checkRegister(given.register ?? defaultRegister)
  const labels = checkLabels(given.labels ?? {})
  const maxEndpoints = checkCount('options.maxEndpoints', given.maxEndpoints, 1_000)
  const latencyBounds = checkBuckets(given.latencyBuckets ?? DEFAULT_BUCKETS)
  const family = familyIn(register, checkPrefix(given.prefix ?? ''), latencyBounds)
  family.checkMember(checked, labels)
  const reader = new TableReader(checked, { maxEndpoints, latencyBounds, labels })
  try {
    family.add({ registry: checked, labels, reader })
  } catch (error) {
    reader.end()
    throw error
  }
  const unregister = () => {
    reader.end()
    family.remove(reader)
  }
  return { unregister, [Symbol.dispose]: unregister }
}

function checkRegister(value: unknown): Register {
  if (hasFunctions(value, 'registerMetric', 'getSingleMetric', 'removeSingleMetric')) return value as Register
  throw new ArgumentError(
    'options.register',
    'a register of prom-client: client.register or new client.Registry()',
    value,
  )
}

function checkLabels(value: unknown): Readonly<Record<string, string>> {
  const labels = Object.entries(checkPlain('options.labels', value))
  for (const [name, label] of labels) {
    const where = `options.labels.${name}`
    if (OUR_LABELS.includes(name))
      throw new ArgumentError(where, `another name: ${name} is a label of the metrics`, label)
    if (!/^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/.test(name)) {
      throw new ArgumentError(where, 'a name of letters, digits and _ that begins with no digit and not with __', label)
    }
    if (typeof label !== 'string' || label === '') throw new ArgumentError(where, 'a string that is not empty', label)
  }
  return Object.fromEntries(labels) as Readonly<Record<string, string>>
}

function checkPlain(where: string, value: unknown): object {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  throw new ArgumentError(where, "an object of labels: { registry: 'shop' }", value)
}

function checkPrefix(value: unknown): string {
  if (typeof value === 'string' && /^([a-zA-Z_:][a-zA-Z0-9_:]*)?$/.test(value)) return value
  throw new ArgumentError('options.prefix', "what a metric's name may begin with, as in 'shop_'", value)
}

function checkBuckets(value: unknown): readonly number[] {
  const isAscending = (bound: unknown, index: number, all: readonly unknown[]) =>
    typeof bound === 'number' && Number.isFinite(bound) && bound > (index === 0 ? 0 : (all[index - 1] as number))
  if (Array.isArray(value) && value.every(isAscending)) return [...value]
  throw new ArgumentError('options.latencyBuckets', 'an array of seconds above 0, ascending', value)
}
