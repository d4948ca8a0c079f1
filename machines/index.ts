// Public entry `switchgear/machines`: the statecharts themselves, to draw, simulate or generate paths from.
export type { BreakerEvent } from '../src/core/rules/decide.ts'
export { breakerMachine } from './breaker.machine.ts'
export type { BreakerContext, BreakerInput } from './breaker-context.ts'
export {
  type FleetContext,
  type FleetEvent,
  type FleetInput,
  type FleetRequest,
  fleetMachine,
  type MembershipRules,
} from './fleet.machine.ts'
export { fleetBreakerMachine } from './fleet-breaker.machine.ts'
export type {
  FleetBreakerContext,
  FleetBreakerEvent,
  FleetBreakerInput,
  FleetBreakerRequest,
  FleetBreakerRules,
  FleetDecision,
  FleetLease,
  FleetState,
} from './fleet-breaker-context.ts'
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
