// Definition: the machine as data that createMachine() of XState takes: its states, transitions, and the names of its
// guards and actions. Stately Studio imports source code with such a call in it.
import type { AnyStateMachine } from 'xstate'
import type { Policy } from '../../index.ts'
import { limitsOf, NO_LIMITS } from './limits.ts'

type Data = { readonly [key: string]: unknown }

/** Without the functions: the context is then the policy, if there is one, and the open time is its figure. */
export function definitionOf(machine: AnyStateMachine, policy: Policy | null): Data {
  // What JSON leaves out is what is no data.
  const { context: _, states, ...rest } = JSON.parse(JSON.stringify(machine.config)) as Data
  const limits = policy === null ? NO_LIMITS : limitsOf(policy)
  const told = Object.entries(states as Readonly<Record<string, Data>>).map(([name, { after, ...state }]) => {
    const more = limits.states[name]
    return [
      name,
      {
        ...state,
        ...(more !== undefined && { description: `${state['description']} ${more}` }),
        ...(after !== undefined && { after: policy === null ? after : timed(after as Data, policy) }),
      },
    ]
  })
  return {
    ...rest,
    ...(policy !== null && { context: { policy: JSON.parse(JSON.stringify(policy)) } }),
    states: Object.fromEntries(told),
  }
}

function timed(after: Data, policy: Policy): Data {
  return Object.fromEntries(
    Object.entries(after).map(([delay, transition]) => [
      delay === 'openTime' ? policy.openTimeoutMs : delay,
      transition,
    ]),
  )
}

/** A module of JavaScript, and of TypeScript. */
export function statelyOf(machine: AnyStateMachine, policy: Policy | null): string {
  return [
    "import { createMachine } from 'xstate'",
    '',
    '// For Stately Studio: Code panel, Import. Guards and actions are names here; what they do is in switchgear/machines.',
    `export const ${machine.id}Machine = createMachine(${JSON.stringify(definitionOf(machine, policy), null, 2)})`,
  ].join('\n')
}
