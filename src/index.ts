// Public entry `switchgear`.
export type { BreakerActor, RegistryActor, Supervision } from '../machines/registry.machine.ts'
export type { CallContext } from './core/edge/call-context.ts'
export type { AcquireOptions, CallOptions, FallbackContext } from './core/edge/call-options.ts'
export type { Clock } from './core/edge/clock.ts'
export { describeReason } from './core/edge/describe-reason.ts'
export type { Duration } from './core/edge/duration.ts'
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
} from './core/edge/errors.ts'
export { matchNames } from './core/edge/name-pattern.ts'
export type { RegistryPolicies } from './core/edge/named-policies.ts'
export type * from './core/edge/policy-options.ts'
export { type Presets, presets } from './core/edge/presets.ts'
export type { RegistryOptions, SupervisionOptions } from './core/edge/registry-options.ts'
export { parsePolicy, resolvePolicy } from './core/edge/resolve-policy.ts'
export type { BreakerSnapshot, RegistrySnapshot } from './core/edge/snapshot-format.ts'
export type { TripOptions } from './core/edge/trip-options.ts'
export type { WindowSize } from './core/rules/buckets.ts'
export type { Calls } from './core/rules/calls.ts'
export type { Latency } from './core/rules/latency.ts'
export type { Backoff, Classifier, Outcome, OutcomeRules, Policy, RecoveryRamp } from './core/rules/policy.ts'
export type { Reason } from './core/rules/reasons.ts'
export type { BreakerState } from './core/rules/states.ts'
export type { EvidenceReport } from './core/rules/triggers/index.ts'
export type { RateEvidence, RateRule } from './core/rules/triggers/rates.ts'
export type { SlowRule } from './core/rules/triggers/slow-calls.ts'
export type { AdmissionStatus } from './core/runtime/admission-status.ts'
export type { Breaker } from './core/runtime/breaker.ts'
export type {
  CallOutcome,
  ErrorSource,
  EventName,
  Listener,
  OutcomeEvent,
  RegistryEvents,
} from './core/runtime/events.ts'
export type { Guarded } from './core/runtime/full-call.ts'
export type { EndpointHealth, Health, HealthRules } from './core/runtime/health.ts'
export { judgeOutcome } from './core/runtime/judge.ts'
export type { CallMessage } from './core/runtime/outcome-events.ts'
export type { Override } from './core/runtime/override.ts'
export type { Permit } from './core/runtime/permit.ts'
export { createRegistry, Registry } from './core/runtime/registry.ts'
export type { Refuser } from './core/runtime/rejection.ts'
export type { OverrideStats } from './core/runtime/set-override.ts'
export type { Spawned, SpawnOptions, SpawnStart } from './core/runtime/spawning.ts'
export type { BreakerStats, CallStats, EndpointStats, StatsOptions } from './core/runtime/stats.ts'
export type { StatsReader } from './core/runtime/stats-reader.ts'
