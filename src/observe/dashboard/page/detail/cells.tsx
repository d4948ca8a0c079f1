// Cells: the window itself. Of the last calls, a square each, the oldest first; of a time, a column for each bucket.
import type { WireRate } from '../../protocol.ts'
import { duration, plural } from '../format.ts'

/** More squares are no longer told apart; they are drawn as columns of several calls. */
const MOST_SQUARES = 200
const COLUMNS = 60

export function Cells({ rate }: { rate: WireRate }) {
  const { buckets, window, did } = rate
  const label = `${rate.marked} of ${plural(rate.calls, 'call')} ${did}`
  if ('calls' in window && window.calls <= MOST_SQUARES) {
    const empty = Math.max(0, window.calls - buckets.length)
    return (
      <div class={`squares${window.calls > 60 ? ' squares-small' : ''}`} role="img" aria-label={label}>
        {buckets.map((bucket, index) => (
          <i key={index} class={bucket.marked > 0 ? 'square square-marked' : 'square square-good'} />
        ))}
        {Array.from({ length: empty }, (_, index) => (
          <i key={buckets.length + index} class="square" />
        ))}
      </div>
    )
  }
  const columns = 'calls' in window ? joined(buckets, Math.ceil(window.calls / COLUMNS)) : buckets
  const top = Math.max(1, ...columns.map(({ calls }) => calls))
  return (
    <div class="columns" role="img" aria-label={label}>
      <div class="columns-line">
        {columns.map((bucket, index) => (
          <span key={index} class="column" title={`${bucket.marked} of ${plural(bucket.calls, 'call')} ${did}`}>
            <i class="column-good" style={{ height: `${((bucket.calls - bucket.marked) / top) * 100}%` }} />
            <i class="column-marked" style={{ height: `${(bucket.marked / top) * 100}%` }} />
          </span>
        ))}
      </div>
      <div class="scale">
        <span>{'calls' in window ? `${window.calls} calls ago` : `${duration(window.timeMs)} ago`}</span>
        <span>now</span>
      </div>
    </div>
  )
}

type Bucket = WireRate['buckets'][number]

/** So many of them as one. */
function joined(buckets: readonly Bucket[], size: number): Bucket[] {
  const result: Bucket[] = []
  for (let begin = 0; begin < buckets.length; begin += size) {
    const part = buckets.slice(begin, begin + size)
    result.push({
      calls: part.reduce((sum, { calls }) => sum + calls, 0),
      marked: part.reduce((sum, { marked }) => sum + marked, 0),
    })
  }
  return result
}
