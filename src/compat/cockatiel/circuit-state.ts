// CircuitState: our states in cockatiel's words.
import { CircuitState } from 'cockatiel'
import type { BreakerState } from '../../index.ts'

const STATES: Record<BreakerState, CircuitState> = {
  closed: CircuitState.Closed,
  open: CircuitState.Open,
  halfOpen: CircuitState.HalfOpen,
  forcedOpen: CircuitState.Isolated,
  // It admits every call, and cockatiel has no word for that.
  disabled: CircuitState.Closed,
}

export function circuitStateOf(state: BreakerState): CircuitState {
  return STATES[state]
}
