// State badge: glyph, colour and word, side by side: how calls fare, or a state.
import { fleetWord, type Look } from '../admission.ts'
import { wordOf } from '../states.ts'
import { Glyph } from './icons.tsx'

/** How calls fare. */
export function LookBadge({ look, isLarge = false }: { look: Look; isLarge?: boolean }) {
  const { kind, shape, isFleets, word } = look
  return (
    <span class={`badge state-${kind}${isLarge ? ' badge-large' : ''}`}>
      <Glyph shape={shape} kind={kind} isFleets={isFleets} size={isLarge ? 16 : 12} />
      {word}
    </span>
  )
}

/** A state in an account of what happened: of the breaker, or of its fleet. */
export function StateBadge({ state, isFleets = false }: { state: string; isFleets?: boolean }) {
  return (
    <span class={`badge state-${state}`}>
      <Glyph shape={state} isFleets={isFleets} size={12} />
      {isFleets ? fleetWord(state) : wordOf(state)}
    </span>
  )
}
