// Definitions: the statecharts as the inspector takes them: JSON of the machines' configurations, made at first use.
// Static: nothing of a user's is in them.
import { breakerMachine, registryMachine } from '../../machines/index.ts'

type Shown = typeof breakerMachine | typeof registryMachine

const made = new Map<Shown, string>()

/** Implementations are functions, or names; JSON drops the functions. */
function definitionOf(machine: Shown): string {
  const definition = made.get(machine) ?? JSON.stringify(machine.config)
  made.set(machine, definition)
  return definition
}

export const registryDefinition = (): string => definitionOf(registryMachine)

export const breakerDefinition = (): string => definitionOf(breakerMachine)
