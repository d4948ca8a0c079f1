// Figures: calls and their outcomes since the breaker was made, and how long they took.
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
      'Calls that were not let through by the breaker, its operator or its fleet',
      kindOf(row[COLUMN.rejected], 'is-bad'),
    ],
    ...limitFigures(row),
    ['Late', count(row[COLUMN.late]), 'Results of calls from an earlier generation: they change nothing'],
    ['Ignored', count(row[COLUMN.ignored]), 'Calls that count neither as successes nor as failures'],
    ['Fallbacks', detail === null ? '–' : count(detail.stats.fallbacks), 'Times that a fallback answered'],
    ['Failure rate', percent(row[COLUMN.failureRate]), 'In the window of its rule'],
    ['Slow', percent(row[COLUMN.slowRate]), 'Share of slow calls, in the window of its rule'],
    ['p50', latency(row[COLUMN.p50]), 'Half of the sampled calls took at most so long'],
    ['p99', latency(row[COLUMN.p99]), '99 of 100 sampled calls took at most so long'],
  ]
  return (
    <dl class={`figures part-wide${figures.length > 12 ? ' has-limit' : ''}`}>
      {figures.map(([label, value, title, kind]) => (
        <div key={label} title={title}>
          <dt>{label}</dt>
          <dd class={`figure ${kind ?? ''}${value === '0' || value === '–' ? ' is-nothing' : ''}`}>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

/** Of a breaker that has a limit, or had one. */
function limitFigures(row: WireRow): (readonly [label: string, value: string, title: string, kind?: string])[] {
  const limited = row[COLUMN.limited]
  const concurrency = row[COLUMN.concurrency]
  if (concurrency === null && limited === 0) return []
  const [inFlight, queued] = concurrency ?? [0, 0]
  const now = `${count(inFlight)}${queued === 0 ? '' : ` + ${count(queued)}`}`
  return [
    ['Limited', count(limited), 'Calls that were refused for lack of a slot', kindOf(limited, 'is-full')],
    ['In flight', now, 'Calls that hold a slot, and those that wait for one'],
  ]
}

function kindOf(value: number, kind: string): string {
  return value > 0 ? kind : ''
}
