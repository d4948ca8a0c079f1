// Public entry `switchgear`.
export type { BreakerActor, Supervision } from '../machines/registry.machine.ts'
export type { Breaker, Guarded } from './breaker.ts'
export type { CallOptions } from './call-options.ts'
export type { Calls } from './calls.ts'
export type { Clock } from './clock.ts'
export type { BreakerState } from './decide.ts'
export type { Duration } from './duration.ts'
export {
  ArgumentError,
  type BreakerError,
  BreakerOpenError,
  CallTimeoutError,
  ClockError,
  type ErrorCode,
  isBreakerError,
  type Mistake,
  PolicyError,
  RegistryClosedError,
  RegistryFullError,
  SnapshotError,
} from './errors.ts'
export type { ErrorSource, EventName, Listener, RegistryEvents } from './events.ts'
export type { Latency } from './latency.ts'
export type { Permit } from './permit.ts'
export type { Backoff, Classifier, Outcome, Policy, RateRule, SlowRule, WindowSize } from './policy.ts'
export { presets } from './presets.ts'
export { createRegistry, type Registry, type RegistryActor } from './registry.ts'
export type { RegistryOptions } from './registry-options.ts'
export { type PolicyOptions, resolvePolicy } from './resolve-policy.ts'
export type { BreakerSnapshot, RegistrySnapshot } from './snapshot.ts'
export type { BreakerStats } from './stats.ts'
export type { CallContext } from './table.ts'
export { describeReason, type Reason } from './triggers.ts'
