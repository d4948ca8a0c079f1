// Paint: whether there are colours, and which a state has.
import pc from 'picocolors'
import type { BreakerState } from '../../index.ts'

export type Paint = ReturnType<typeof pc.createColors>

/** Whether it can move its cursor, and knows colours. */
export function isTerminal(stream: NodeJS.WriteStream): boolean {
  const { TERM } = process.env
  return stream.isTTY === true && TERM !== 'dumb'
}

/** Colours on a terminal, or wherever FORCE_COLOR says so; never with NO_COLOR (https://no-color.org, force-color.org). */
export function paintFor(stream: NodeJS.WriteStream): Paint {
  const { NO_COLOR, FORCE_COLOR } = process.env
  if (NO_COLOR) return pc.createColors(false)
  if (!FORCE_COLOR) return pc.createColors(isTerminal(stream))
  return pc.createColors(!['0', 'false'].includes(FORCE_COLOR))
}

export function paintState(state: BreakerState, paint: Paint): string {
  if (state === 'closed') return paint.green(state)
  if (state === 'disabled') return paint.dim(state)
  return state === 'halfOpen' ? paint.yellow(state) : paint.red(state)
}
