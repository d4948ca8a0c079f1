// Metrics: what Prometheus and OpenTelemetry get about a registry, and under which names. No entry of the package.
export {
  CALL_DURATION,
  CALL_DURATION_QUANTILE,
  LABEL_VALUES,
  type Labels,
  METRICS,
  type Metric,
  type MetricName,
  prometheusName,
} from './catalogue.ts'
export type { Durations, Point, Reading } from './reading.ts'
export { labelOf } from './series.ts'
export { TableReader } from './table-reader.ts'
