// Gauge: how near a share is to its threshold.
import { percent } from '../format.ts'

interface Props {
  readonly share: number
  readonly threshold: number
  readonly isReached: boolean
}

export function Gauge({ share, threshold, isReached }: Props) {
  return (
    <div
      class={`gauge${isReached ? ' is-reached' : ''}`}
      role="img"
      aria-label={`${percent(share)}, threshold ${percent(threshold)}`}
    >
      <i class="gauge-share" style={{ width: `${Math.min(1, share) * 100}%` }} />
      <i class="gauge-threshold" style={{ left: `${threshold * 100}%` }} />
    </div>
  )
}
