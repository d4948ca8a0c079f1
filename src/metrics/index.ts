// Metrics: what Prometheus and OpenTelemetry are told of a registry, and under which names. No entry of the package.
export {
  type Attributes,
  CALL_DURATION,
  CALL_DURATION_QUANTILE,
  METRICS,
  type Metric,
  type MetricName,
  prometheusName,
} from './catalogue.ts'
export { labelOf } from './series.ts'
export { type Durations, type Point, type Reading, TableReader } from './table-reader.ts'
