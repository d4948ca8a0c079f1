// Figures: what calls came to since the breaker was made, and how long they took.
import { COLUMN, type EndpointDetail, type WireRow } from '../../protocol.ts'
import { count, latency, percent } from '../format.ts'

export function Figures({ row, detail }: { row: WireRow; detail: EndpointDetail | null }) {
  const figures: readonly (readonly [label: string, value: string, title: string, kind?: string])[] = [
    ['Allowed', count(row[COLUMN.allowed]), 'Calls that were let through'],
    ['Succeeded', count(row[COLUMN.succeeded]), 'Calls that succeeded'],
    [
      'Failed',
      count(row[COLUMN.failed]),
      `Calls that failed, ${row[COLUMN.timedOut]} of them because their time was up`,
      kindOf(row[COLUMN.failed], 'is-failed'),
    ],
    ['Timed out', count(row[COLUMN.timedOut]), 'Failed calls whose time was up'],
    [
      'Rejected',
      count(row[COLUMN.rejected]),
      'Calls that were not let through',
      kindOf(row[COLUMN.rejected], 'is-bad'),
    ],
    ['Late', count(row[COLUMN.late]), 'Results of calls from an earlier stay: they change nothing'],
    ['Ignored', count(row[COLUMN.ignored]), 'Calls that count neither as successes nor as failures'],
    ['Fallbacks', detail === null ? '–' : count(detail.stats.fallbacks), 'Times that a fallback answered'],
    ['Failure rate', percent(row[COLUMN.failureRate]), 'In the window of its rule'],
    ['Slow', percent(row[COLUMN.slowRate]), 'Share of slow calls, in the window of its rule'],
    ['p50', latency(row[COLUMN.p50]), 'Half of the sampled calls took at most so long'],
    ['p99', latency(row[COLUMN.p99]), '99 of 100 sampled calls took at most so long'],
  ]
  return (
    <dl class="figures part-wide">
      {figures.map(([label, value, title, kind]) => (
        <div key={label} title={title}>
          <dt>{label}</dt>
          <dd class={`figure ${kind ?? ''}${value === '0' || value === '–' ? ' is-nothing' : ''}`}>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

function kindOf(value: number, kind: string): string {
  return value > 0 ? kind : ''
}
