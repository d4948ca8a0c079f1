// Cells: the window itself. Of the last calls, a square each, the oldest first; of a time, a column for each bucket.
import type { WireRate } from '../../protocol.ts'
import { duration, plural } from '../format.ts'

/** More squares are no longer told apart; they are drawn as columns of several calls. */
const MOST_SQUARES = 200
const COLUMNS = 60

export function Cells({ rate, marked }: { rate: WireRate; marked: string }) {
  const { slots, window } = rate
  const label = `${rate.marked} of ${plural(rate.calls, 'call')} ${marked}`
  if ('calls' in window && window.calls <= MOST_SQUARES) {
    const empty = Math.max(0, window.calls - slots.length)
    return (
      <div class={`squares${window.calls > 60 ? ' squares-small' : ''}`} role="img" aria-label={label}>
        {slots.map((slot, index) => (
          <i key={index} class={slot.marked > 0 ? 'square square-marked' : 'square square-good'} />
        ))}
        {Array.from({ length: empty }, (_, index) => (
          <i key={slots.length + index} class="square" />
        ))}
      </div>
    )
  }
  const columns = 'calls' in window ? joined(slots, Math.ceil(window.calls / COLUMNS)) : slots
  const top = Math.max(1, ...columns.map(({ calls }) => calls))
  return (
    <div class="columns" role="img" aria-label={label}>
      <div class="columns-line">
        {columns.map((slot, index) => (
          <span key={index} class="column" title={`${slot.marked} of ${plural(slot.calls, 'call')} ${marked}`}>
            <i class="column-good" style={{ height: `${((slot.calls - slot.marked) / top) * 100}%` }} />
            <i class="column-marked" style={{ height: `${(slot.marked / top) * 100}%` }} />
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

type Slot = WireRate['slots'][number]

/** So many of them as one. */
function joined(slots: readonly Slot[], size: number): Slot[] {
  const result: Slot[] = []
  for (let begin = 0; begin < slots.length; begin += size) {
    const part = slots.slice(begin, begin + size)
    result.push({
      calls: part.reduce((sum, { calls }) => sum + calls, 0),
      marked: part.reduce((sum, { marked }) => sum + marked, 0),
    })
  }
  return result
}
