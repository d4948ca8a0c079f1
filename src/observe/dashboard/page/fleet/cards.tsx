// Cards: the fleet when it is small enough for names.
import { lookOf, nextOf } from '../admission.ts'
import { NOTHING, perSecond } from '../format.ts'
import { callsPerSecond } from '../list/columns.ts'
import { matches } from '../list/order.ts'
import { beat } from '../store/beat.ts'
import { type Endpoint, second } from '../store/endpoints.ts'
import { hrefOf, kindFilter, openedName, query } from '../store/route.ts'
import { Glyph } from '../ui/icons.tsx'
import { Name, shortName } from '../ui/name.tsx'
import { Sparkline } from '../ui/sparkline.tsx'

export function Cards({ endpoints }: { endpoints: readonly Endpoint[] }) {
  beat.value
  const text = query.value.trim().toLowerCase()
  const now = performance.now()
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and keys must reach it
    <ul class="cards" aria-label="Fleet" tabIndex={0}>
      {endpoints.map((endpoint) => {
        const { name, row, deadline } = endpoint
        const { kind, shape, isFleets, word } = lookOf(row)
        const next = nextOf(row, deadline === null ? null : deadline - now)
        const isDim = !matches(endpoint, text, kindFilter.value)
        return (
          <li key={name}>
            <a
              href={hrefOf(name)}
              class={`card state-${kind}${isDim ? ' is-dim' : ''}${now - endpoint.changedAt < 1600 ? ' is-fresh' : ''}`}
              aria-current={openedName.value === name}
              title={shortName(name, 300)}
            >
              <span class="card-name">
                <Name name={name} most={60} />
              </span>
              <span class="card-state">
                <Glyph shape={shape} kind={kind} isFleets={isFleets} size={12} /> {word}
                {next !== NOTHING && <span class="figure"> · {next}</span>}
              </span>
              <Sparkline track={endpoint.track} next={second.value} />
              <span class="card-rate figure">{perSecond(callsPerSecond(endpoint, second.value))}/s</span>
            </a>
          </li>
        )
      })}
    </ul>
  )
}
