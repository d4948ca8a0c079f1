// Definitions: the statecharts as the inspector takes them: JSON of the machines' configurations, made at first use.
// Static: nothing of a user's is in them.
import type { AnyStateMachine } from 'xstate'
import { breakerMachine, registryMachine } from '../../../machines/index.ts'

const made = new WeakMap<object, string>()

/** Implementations are functions, or names; JSON drops the functions. */
export function definitionOf(machine: Pick<AnyStateMachine, 'config'>): string {
  const definition = made.get(machine) ?? JSON.stringify(machine.config)
  made.set(machine, definition)
  return definition
}

export const registryDefinition = (): string => definitionOf(registryMachine)

export const breakerDefinition = (): string => definitionOf(breakerMachine)
