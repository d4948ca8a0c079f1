// States: how each is called and ordered on the page. They are what breakers are by themselves: how calls fare, and with that
// every colour, is asked of admission.ts.
import { STATES } from '../protocol.ts'

/** As in STATES. */
export type State = (typeof STATES)[number]

export interface StateStyle {
  readonly key: State
  /** As people say it. */
  readonly word: string
  /** What callers meet. */
  readonly means: string
  /** What needs attention first has the lowest. */
  readonly severity: number
}

const STYLES: Record<State, Omit<StateStyle, 'key'>> = {
  open: { word: 'open', means: 'Calls are rejected until a probe is due.', severity: 0 },
  forcedOpen: { word: 'forced open', means: 'Calls are rejected until someone enables it.', severity: 1 },
  halfOpen: { word: 'half-open', means: 'A few probes decide what comes next.', severity: 2 },
  disabled: { word: 'disabled', means: 'Calls go through; nothing opens it.', severity: 3 },
  closed: { word: 'closed', means: 'Calls go through and are judged.', severity: 4 },
}

/** By their number on the wire. */
const STYLE_OF: readonly StateStyle[] = STATES.map((key) => ({ key, ...STYLES[key] }))

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

export function keyOf(state: number): State {
  return styleOf(state).key
}

/** The number of a state by its key. */
function numberOf(key: string): number {
  return STATES.indexOf(key as State)
}

export function wordOf(key: string): string {
  return STYLE_OF[numberOf(key)]?.word ?? key
}
