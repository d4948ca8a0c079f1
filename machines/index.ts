// Public entry `switchgear/machines`: the statecharts themselves, to draw, simulate or generate paths from.
export type { BreakerEvent } from '../src/rules/decide.ts'
export { type BreakerContext, type BreakerInput, breakerMachine } from './breaker.machine.ts'
export {
  type RecoveryContext,
  type RecoveryEvent,
  type RecoveryInput,
  type RecoveryRequest,
  type RecoveryRules,
  recoveryMachine,
} from './recovery.machine.ts'
export {
  type BreakerActor,
  type RegistryContext,
  type RegistryEvent,
  type RegistryInput,
  registryMachine,
  type Supervision,
  type Table,
} from './registry.machine.ts'
