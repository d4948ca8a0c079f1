// Transitions: the recent ones with their reasons in words, the newest first.
import type { WireTransition } from '../../protocol.ts'
import { exactTimeOfDay } from '../format.ts'
import { Icon } from '../ui/icons.tsx'
import { StateBadge } from '../ui/state-badge.tsx'

const MOST = 50

export function Transitions({ transitions }: { transitions: readonly WireTransition[] }) {
  const newest = transitions.toReversed().slice(0, MOST)
  return (
    <section class="part part-wide transitions" aria-labelledby="transitions-title">
      <h3 id="transitions-title">Recent transitions</h3>
      {newest.length === 0 ? (
        <p class="faint">None since the dashboard was made.</p>
      ) : (
        <ol class="moves">
          {newest.map(({ by, from, to, reason, time, generation }) => (
            <li key={`${by} ${generation} ${to} ${time}`} class="move">
              <time class="figure" dateTime={new Date(time).toISOString()}>
                {exactTimeOfDay(time)}
              </time>
              <span class="move-way">
                <StateBadge state={from} isFleets={by === 'fleet'} />
                <Icon name="arrow" size={11} />
                <span class="unseen">to</span>
                <StateBadge state={to} isFleets={by === 'fleet'} />
              </span>
              <bdi class="move-reason">{reason}</bdi>
              <span class="move-generation figure" title="Number of the generation that began">
                {generation !== null && `#${generation}`}
              </span>
            </li>
          ))}
        </ol>
      )}
    </section>
  )
}
