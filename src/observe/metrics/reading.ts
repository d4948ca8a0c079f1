// Reading: every metric at one moment, as points; and the writer that makes one.
import { type BreakerState, numberOfState, STATES } from '../../core/rules/states.ts'
import type { AdmissionStatus, EndpointStats, Refuser } from '../../index.ts'
import { LABEL_VALUES, type Labels, METRICS, type MetricName } from './catalogue.ts'
import type { Series } from './series.ts'
import { CELLS } from './totals.ts'

export interface Point {
  /** What all points of one series of breakers have: the same object in each reading. */
  readonly series: Labels
  /** The attributes that distinguish it from other points of its metric. */
  readonly labels: Labels
  readonly value: number
}

/** The sampled calls of one endpoint. */
export interface Durations {
  readonly series: Labels
  readonly samples: number
  readonly seconds: number
  /** How many took at most each bound. */
  readonly atMost: readonly number[]
  /** Seconds by share of the calls. */
  readonly quantiles: readonly { readonly quantile: string; readonly seconds: number | null }[]
}

export interface Reading {
  readonly points: Readonly<Record<MetricName, readonly Point[]>>
  readonly durations: readonly Durations[]
}

const STATE_LABELS = STATES.map((state) => ({ state }))
const REFUSERS: readonly Refuser[] = LABEL_VALUES.by
const REFUSER_LABELS = REFUSERS.map((by) => ({ by }))
/** Which calls are refused, by the number in the gauge. */
const REFUSED: Readonly<Record<AdmissionStatus['admits'], number>> = { all: 0, some: 1, none: 2 }
const NONE: Labels = {}
const NAMES = Object.keys(METRICS) as MetricName[]

export class ReadingWriter implements Reading {
  readonly points = Object.fromEntries(NAMES.map((name) => [name, []])) as unknown as Record<MetricName, Point[]>
  readonly durations: Durations[] = []

  /** Figures that also make sense for breakers that share a series. */
  counters(series: Series, totals: readonly number[]): void {
    const { labels, restarts, escalations, transitions } = series
    for (const [index, cell] of CELLS.entries()) this.#add(cell.metric, labels, cell.labels, totals[index] ?? 0)
    this.#add('restarts', labels, NONE, restarts)
    this.#add('escalations', labels, NONE, escalations)
    for (const { labels: which, count } of transitions.values()) this.#add('transitions', labels, which, count)
  }

  /** All figures of one breaker. */
  breaker(series: Series, stats: EndpointStats, isClosed: boolean): void {
    const { labels } = series
    this.counters(
      series,
      CELLS.map(({ read }) => read(stats)),
    )
    for (const which of STATE_LABELS) {
      this.#add('stateTime', labels, which, stats.timeInState[which.state] / 1_000)
    }
    this.#durationsOf(labels, stats)
    if (isClosed) return
    this.#add('state', labels, NONE, numberOfState(stats.state))
    const { admits, refusedBy } = stats.admission
    for (const which of REFUSER_LABELS) {
      this.#add('refuses', labels, which, which.by === refusedBy ? REFUSED[admits] : 0)
    }
    this.#add('probesInFlight', labels, NONE, stats.probesInFlight)
    if (stats.concurrency !== null) {
      this.#add('callsInFlight', labels, NONE, stats.concurrency.inFlight)
      this.#add('callsQueued', labels, NONE, stats.concurrency.queued)
    }
    if (stats.failureRate !== null) this.#add('failureRatio', labels, NONE, stats.failureRate)
    if (stats.slowRate !== null) this.#add('slowCallRatio', labels, NONE, stats.slowRate)
  }

  fleet(labels: Labels, all: readonly { readonly state: BreakerState; readonly admission: AdmissionStatus }[]): void {
    const counts = { closed: 0, halfOpen: 0, open: 0, forcedOpen: 0, disabled: 0 } satisfies Record<
      BreakerState,
      number
    >
    const some = { operator: 0, breaker: 0, fleet: 0, bulkhead: 0 }
    const whole = { ...some }
    for (const { state, admission } of all) {
      counts[state]++
      if (admission.refusedBy !== null) (admission.admits === 'none' ? whole : some)[admission.refusedBy]++
    }
    for (const which of STATE_LABELS) this.#add('breakers', labels, which, counts[which.state])
    for (const by of REFUSERS) {
      this.#add('breakersRefusing', labels, { by, calls: 'some' }, some[by])
      this.#add('breakersRefusing', labels, { by, calls: 'all' }, whole[by])
    }
  }

  #durationsOf(series: Labels, { latency }: EndpointStats): void {
    const { samples, totalMs, atMost = [], p50, p90, p99 } = latency
    if (samples === 0) return
    const inSeconds = (ms: number | null) => (ms === null ? null : ms / 1_000)
    const quantiles = [
      { quantile: '0.5', seconds: inSeconds(p50) },
      { quantile: '0.9', seconds: inSeconds(p90) },
      { quantile: '0.99', seconds: inSeconds(p99) },
    ]
    this.durations.push({ series, samples, seconds: totalMs / 1_000, atMost, quantiles })
  }

  #add(metric: MetricName, series: Labels, labels: Labels, value: number): void {
    this.points[metric].push({ series, labels, value })
  }
}
