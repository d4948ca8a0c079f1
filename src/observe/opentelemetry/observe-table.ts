// ObserveTable: the metrics as observable instruments, all observed in one callback, from one reading of the table.
import type { BatchObservableResult, Meter, Observable } from '@opentelemetry/api'
import {
  CALL_DURATION_QUANTILE,
  METRICS,
  type Metric,
  type MetricName,
  type Reading,
  type TableReader,
} from '../metrics/index.ts'
import { StalePoints } from './stale-points.ts'

/** Returns the function that ends it. */
export function observeTable(meter: Meter, reader: TableReader): () => void {
  const instruments = Object.entries(METRICS).map(([key, metric]) => ({
    key: key as MetricName,
    instrument: instrumentOf(meter, metric),
    stale: metric.kind === 'counter' ? null : new StalePoints(),
  }))
  const quantiles = instrumentOf(meter, CALL_DURATION_QUANTILE)
  const observe = (result: BatchObservableResult) => {
    const reading = reader.read()
    for (const { key, instrument, stale } of instruments) {
      const points = reading.points[key]
      for (const attributes of stale?.of(points) ?? []) result.observe(instrument, 0, attributes)
      for (const { value, series, labels } of points) result.observe(instrument, value, { ...series, ...labels })
    }
    observeQuantiles(result, quantiles, reading)
  }
  const all = [...instruments.map(({ instrument }) => instrument), quantiles]
  meter.addBatchObservableCallback(observe, all)
  return () => meter.removeBatchObservableCallback(observe, all)
}

function instrumentOf(meter: Meter, { name, kind, unit, help: description }: Metric): Observable {
  const options = { description, unit }
  if (kind === 'counter') return meter.createObservableCounter(`switchgear.${name}`, options)
  if (kind === 'upDownCounter') return meter.createObservableUpDownCounter(`switchgear.${name}`, options)
  return meter.createObservableGauge(`switchgear.${name}`, options)
}

function observeQuantiles(result: BatchObservableResult, instrument: Observable, { durations }: Reading): void {
  for (const { series, quantiles } of durations) {
    for (const { quantile, seconds } of quantiles) {
      if (seconds !== null) result.observe(instrument, seconds, { ...series, quantile })
    }
  }
}
