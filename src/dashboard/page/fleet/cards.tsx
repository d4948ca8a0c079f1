// Cards: the fleet when it is small enough for names.
import { countdown, perSecond } from '../format.ts'
import { callsPerSecond } from '../list/columns.ts'
import { matches } from '../list/order.ts'
import { styleOf } from '../states.ts'
import { beat } from '../store/beat.ts'
import { type Endpoint, second } from '../store/endpoints.ts'
import { hrefOf, openedName, query, stateFilter } from '../store/route.ts'
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
        const { name, state, deadline } = endpoint
        const { key, word } = styleOf(state)
        const isDim = !matches(endpoint, text, stateFilter.value)
        return (
          <li key={name}>
            <a
              href={hrefOf(name)}
              class={`card state-${key}${isDim ? ' is-dim' : ''}${now - endpoint.changedAt < 1600 ? ' is-fresh' : ''}`}
              aria-current={openedName.value === name}
              title={shortName(name, 300)}
            >
              <span class="card-name">
                <Name name={name} most={60} />
              </span>
              <span class="card-state">
                <Glyph state={key} size={12} /> {word}
                {deadline !== null && <span class="figure"> · {countdown(deadline - now)}</span>}
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
