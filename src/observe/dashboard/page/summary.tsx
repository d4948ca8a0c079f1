// Summary: how many endpoints are of each kind (and, pressed, only those), and what all of them do together.
import { KINDS, type KindStyle } from './admission.ts'
import { count, perSecond } from './format.ts'
import { counts, fleetTrack, second } from './store/endpoints.ts'
import { go, kindFilter } from './store/route.ts'
import { meanOf } from './store/track.ts'
import { Glyph } from './ui/icons.tsx'
import { Sparkline } from './ui/sparkline.tsx'

export function Summary() {
  return (
    <div class="summary">
      <div class="chips" role="group" aria-label="Show only these kinds">
        {KINDS.map((style, kind) => (
          <Chip key={style.key} kind={kind} style={style} />
        ))}
      </div>
      <Totals />
    </div>
  )
}

function Chip({ kind, style: { key, word, means } }: { kind: number; style: KindStyle }) {
  const number = counts.value[kind] ?? 0
  const kinds = kindFilter.value
  const isPressed = kinds.includes(kind)
  const toggle = () => go({ kinds: isPressed ? kinds.filter((each) => each !== kind) : [...kinds, kind] })
  // Few have a limit: where none is full, there is nothing to say of it.
  if (key === 'full' && number === 0 && !isPressed) return null
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
        <Glyph shape={key === 'some' ? 'halfOpen' : key} kind={key} size={11} /> {word}
      </span>
    </button>
  )
}

function Totals() {
  const next = second.value
  const figures = [
    ['calls/s', meanOf(fleetTrack.calls, next, 3), ''],
    ['failures/s', meanOf(fleetTrack.failures, next, 3), 'is-failed'],
    ['refused/s', meanOf(fleetTrack.rejections, next, 3), 'is-bad'],
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
        label="Calls, and those refused, of all endpoints, the last two minutes"
      />
    </div>
  )
}
