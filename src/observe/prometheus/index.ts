// Public entry `switchgear/prometheus`.
export { type RegisteredMetrics, type RegisterMetricsOptions, registerMetrics } from './register-metrics.ts'
