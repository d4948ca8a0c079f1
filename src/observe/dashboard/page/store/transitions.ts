// Transitions: the newest of all endpoints, for the fleet's journal and for the statechart that is open.
import { signal } from '@preact/signals'
import type { WireTransition } from '../../protocol.ts'

const MOST = 500

/** The newest last. */
export const transitions = signal<readonly WireTransition[]>([])

export function replaceTransitions(history: readonly WireTransition[]): void {
  transitions.value = history.slice(-MOST)
}

export function addTransitions(news: readonly WireTransition[]): void {
  transitions.value = [...transitions.peek(), ...news].slice(-MOST)
}
