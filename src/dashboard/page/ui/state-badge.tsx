// State badge: glyph, colour and word of a state, side by side.
import { wordOf } from '../states.ts'
import { Glyph } from './icons.tsx'

export function StateBadge({ state, isLarge = false }: { state: string; isLarge?: boolean }) {
  return (
    <span class={`badge state-${state}${isLarge ? ' badge-large' : ''}`}>
      <Glyph state={state} size={isLarge ? 16 : 12} />
      {wordOf(state)}
    </span>
  )
}
