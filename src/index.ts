// Public entry `switchgear`.
export type { BreakerActor, RegistryActor, Supervision } from '../machines/registry.machine.ts'
export type { CallContext } from './edge/call-context.ts'
export type { AcquireOptions, CallOptions, FallbackContext } from './edge/call-options.ts'
export type { Clock } from './edge/clock.ts'
export { describeReason } from './edge/describe-reason.ts'
export type { Duration } from './edge/duration.ts'
export {
  ArgumentError,
  type BreakerError,
  BreakerOpenError,
  CallTimeoutError,
  ClockError,
  ConcurrencyLimitError,
  type ErrorCode,
  isBreakerError,
  type Mistake,
  PolicyError,
  RegistryClosedError,
  RegistryFullError,
  SnapshotError,
} from './edge/errors.ts'
export { matchNames } from './edge/name-pattern.ts'
export type { RegistryPolicies } from './edge/named-policies.ts'
export type {
  BackoffOptions,
  CallWindowOptions,
  FailureRateOptions,
  PolicyOptions,
  RecoveryRampOptions,
  SlowCallsOptions,
  TimeWindowOptions,
  WindowOptions,
} from './edge/policy-options.ts'
export { type Presets, presets } from './edge/presets.ts'
export type { RegistryOptions, SupervisionOptions } from './edge/registry-options.ts'
export { parsePolicy, resolvePolicy } from './edge/resolve-policy.ts'
export type { BreakerSnapshot, RegistrySnapshot } from './edge/snapshot-format.ts'
export type { Calls } from './rules/calls.ts'
export type { BreakerState } from './rules/decide.ts'
export type { Latency } from './rules/latency.ts'
export type {
  Backoff,
  Classifier,
  Outcome,
  OutcomeRules,
  Policy,
  RateRule,
  RecoveryRamp,
  SlowRule,
  WindowSize,
} from './rules/policy.ts'
export type { Reason } from './rules/triggers.ts'
export type { AdmissionStatus } from './runtime/admission-status.ts'
export type { Breaker, TripOptions } from './runtime/breaker.ts'
export type { CallOutcome, ErrorSource, EventName, Listener, OutcomeEvent, RegistryEvents } from './runtime/events.ts'
export type { Evidence, RateEvidence } from './runtime/evidence.ts'
export type { Guarded } from './runtime/full-call.ts'
export type { EndpointHealth, Health, HealthRules } from './runtime/health.ts'
export { judgeOutcome } from './runtime/judge.ts'
export type { CallMessage } from './runtime/outcome-events.ts'
export type { Override } from './runtime/override.ts'
export type { Permit } from './runtime/permit.ts'
export { createRegistry, Registry } from './runtime/registry.ts'
export type { Refuser } from './runtime/rejection.ts'
export type { OverrideStats } from './runtime/set-override.ts'
export type { Spawned, SpawnOptions, SpawnStart } from './runtime/spawning.ts'
export type { BreakerStats, CallStats, EndpointStats, StatsOptions } from './runtime/stats.ts'
export type { StatsReader } from './runtime/stats-reader.ts'
