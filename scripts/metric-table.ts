// MetricTable: every metric of the catalogue, as docs/metrics.md has it.
import {
  CALL_DURATION,
  CALL_DURATION_QUANTILE,
  LABEL_VALUES,
  METRICS,
  type Metric,
  prometheusName,
} from '../src/observe/metrics/index.ts'

export function metricTable(): string {
  const lines = Object.values(METRICS).map((metric: Metric) => lineOf(metric, metric.name, labelsOf(metric)))
  const quantiles = lineOf(CALL_DURATION, CALL_DURATION_QUANTILE.name, '`quantile` in OpenTelemetry')
  return [
    '| Prometheus | OpenTelemetry | labels besides `endpoint` | what it is |',
    '|---|---|---|---|',
    ...lines,
    quantiles,
    '',
  ].join('\n')
}

function lineOf(
  metric: Pick<Metric, 'name' | 'unit' | 'help'> & { kind?: Metric['kind'] },
  name: string,
  labels: string,
) {
  return `| \`${prometheusName(metric)}\` | \`switchgear.${name}\` | ${labels} | ${metric.help} |`
}

function labelsOf({ attributes }: Metric): string {
  const others = attributes.filter((attribute) => attribute !== 'endpoint').map(labelOf)
  return [...others, ...(attributes.includes('endpoint') ? [] : ['no `endpoint`'])].join(', ')
}

function labelOf(name: string): string {
  const values = Object.hasOwn(LABEL_VALUES, name) ? LABEL_VALUES[name as keyof typeof LABEL_VALUES] : []
  const listed = values.map((value) => `\`${value}\``).join(' ')
  return values.length === 0 ? `\`${name}\`` : `\`${name}\`: ${listed}`
}
