// Journal: what happened to the fleet, the newest first. Those who did the same within a moment are one line.
import type { WireTransition } from '../../protocol.ts'
import { fleetWord } from '../admission.ts'
import { plural, timeOfDay } from '../format.ts'
import { wordOf } from '../states.ts'
import { hrefOf } from '../store/route.ts'
import { transitions } from '../store/transitions.ts'
import { Glyph, Icon } from '../ui/icons.tsx'
import { Name } from '../ui/name.tsx'

const MOMENT_MS = 2_000
const MOST_LINES = 40

interface Line {
  readonly newest: WireTransition
  readonly others: Set<string>
}

export function Journal() {
  const lines = linesOf(transitions.value)
  return (
    <section class="journal" aria-labelledby="journal-title">
      <h2 id="journal-title">What happened</h2>
      {lines.length === 0 ? (
        <p class="faint">No breaker has changed its state.</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and keys must reach it
        <ol tabIndex={0} aria-labelledby="journal-title">
          {lines.map((line) => (
            <Entry
              key={`${line.newest.endpoint} ${line.newest.by} ${line.newest.to} ${line.newest.time}`}
              line={line}
            />
          ))}
        </ol>
      )}
    </section>
  )
}

function Entry({ line: { newest, others } }: { line: Line }) {
  const { endpoint, by, from, to, reason, time } = newest
  const isFleets = by === 'fleet'
  const word = isFleets ? fleetWord : wordOf
  return (
    <li class={`entry state-${to}`}>
      <time dateTime={new Date(time).toISOString()}>{timeOfDay(time)}</time>
      <span class="entry-way" role="img" aria-label={`${word(from)} to ${wordOf(to)}`}>
        <Glyph shape={from} isFleets={isFleets} size={11} />
        <Icon name="arrow" size={10} />
        <Glyph shape={to} isFleets={isFleets} size={11} />
      </span>
      <span class="entry-words">
        <a href={hrefOf(endpoint)}>
          <Name name={endpoint} most={60} />
        </a>
        {others.size > 1 && <strong> and {plural(others.size - 1, 'other')}</strong>}
        <span class="entry-reason">
          {word(to)}: {reason.slice(0, 200)}
        </span>
      </span>
    </li>
  )
}

/** The newest first. */
function linesOf(all: readonly WireTransition[]): Line[] {
  const lines: Line[] = []
  for (const transition of all.toReversed()) {
    const line = lines.findLast(({ newest: { by, from, to, time } }) => {
      return (
        by === transition.by && from === transition.from && to === transition.to && time - transition.time < MOMENT_MS
      )
    })
    if (line !== undefined) {
      line.others.add(transition.endpoint)
      continue
    }
    if (lines.length === MOST_LINES) break
    lines.push({ newest: transition, others: new Set([transition.endpoint]) })
  }
  return lines
}
