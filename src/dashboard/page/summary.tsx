// Summary: how many endpoints are in each state (and, pressed, only those), and what all of them do together.
import { count, perSecond } from './format.ts'
import { BY_SEVERITY, styleOf } from './states.ts'
import { counts, fleetTrack, second } from './store/endpoints.ts'
import { go, stateFilter } from './store/route.ts'
import { meanOf } from './store/track.ts'
import { Glyph } from './ui/icons.tsx'
import { Sparkline } from './ui/sparkline.tsx'

export function Summary() {
  return (
    <div class="summary">
      <div class="chips" role="group" aria-label="Show only these states">
        {BY_SEVERITY.map((state) => (
          <Chip key={state} state={state} />
        ))}
      </div>
      <Totals />
    </div>
  )
}

function Chip({ state }: { state: number }) {
  const { key, word, means } = styleOf(state)
  const number = counts.value[state] ?? 0
  const states = stateFilter.value
  const isPressed = states.includes(state)
  const toggle = () => go({ states: isPressed ? states.filter((each) => each !== state) : [...states, state] })
  return (
    <button
      type="button"
      class={`chip state-${key}${number === 0 ? ' is-none' : ''}`}
      aria-pressed={isPressed}
      title={means}
      onClick={toggle}
    >
      <span class={`chip-count${number > 999 ? ' is-long' : ''}`}>{count(number)}</span>
      <span class="chip-word">
        <Glyph state={key} size={11} /> {word}
      </span>
    </button>
  )
}

function Totals() {
  const next = second.value
  const figures = [
    ['calls/s', meanOf(fleetTrack.calls, next, 3), ''],
    ['failures/s', meanOf(fleetTrack.failures, next, 3), 'is-failed'],
    ['rejected/s', meanOf(fleetTrack.rejections, next, 3), 'is-bad'],
  ] as const
  return (
    <div class="totals">
      <dl>
        {figures.map(([label, value, kind]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd class={value > 0 ? kind : ''}>{perSecond(value)}</dd>
          </div>
        ))}
      </dl>
      <Sparkline
        track={fleetTrack}
        next={next}
        seconds={120}
        label="Calls and rejections of all endpoints, the last two minutes"
      />
    </div>
  )
}
