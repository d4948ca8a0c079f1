// States: how each is called and ordered on the page. They are those of breakers by themselves; admission.ts says how calls
// fare, and with that every colour.
import { type BreakerState, STATE_WORDS, STATES } from '../../../core/rules/states.ts'

export interface StateStyle {
  readonly key: BreakerState
  /** As people say it. */
  readonly word: string
  /** What callers meet. */
  readonly means: string
  /** What needs attention first has the lowest. */
  readonly severity: number
}

const STYLES: Record<BreakerState, Pick<StateStyle, 'means' | 'severity'>> = {
  open: { means: 'Calls are rejected until a probe is due.', severity: 0 },
  forcedOpen: { means: 'Calls are rejected until someone enables it.', severity: 1 },
  halfOpen: { means: 'A few probes decide what comes next.', severity: 2 },
  disabled: { means: 'Calls go through; nothing opens it.', severity: 3 },
  closed: { means: 'Calls go through and are judged.', severity: 4 },
}

/** By their number on the wire. */
const STYLE_OF: readonly StateStyle[] = STATES.map((key) => ({ key, word: STATE_WORDS[key], ...STYLES[key] }))

/** The numbers on the wire, what needs attention first at the front. */
export const BY_SEVERITY: readonly number[] = STYLE_OF.map((_, number) => number).sort(
  (a, b) => severityOf(a) - severityOf(b),
)

function severityOf(state: number): number {
  return STYLE_OF[state]?.severity ?? STYLE_OF.length
}

export function styleOf(state: number): StateStyle {
  return STYLE_OF[state] ?? { key: 'closed', word: `state ${state}`, means: '', severity: STYLE_OF.length }
}

export function keyOf(state: number): BreakerState {
  return styleOf(state).key
}

export function wordOf(key: string): string {
  return STATE_WORDS[key as BreakerState] ?? key
}
