// Public entry `switchgear/fleet`: breakers that processes share.

// What a store of your own needs to decide, refuse and name as ours do: docs/fleet-stores.md.
export {
  type CheckedMember,
  checkCommand,
  checkEntry,
  checkMember,
  checkReport,
  checkResult,
} from './check-request.ts'
export type { Fleet, FleetCommandOptions, FleetEndpoint, FleetStats } from './fleet.ts'
export { type GuardedStoreOptions, guardedStore } from './guarded-store.ts'
export { ioredisStore } from './ioredis-store.ts'
export { joinFleet } from './join-fleet.ts'
export { type MemoryMessage, type MemoryStore, type MemoryStoreOptions, memoryStore } from './memory-store.ts'
export { checkSafeName, sharedName } from './names.ts'
export type { FleetOptions, FleetRampOptions, FleetRateOptions, QuorumOptions } from './options.ts'
export type { FleetChange, FleetReason, FleetRecord } from './record.ts'
export { isImplausible, isNewer, NO_RECORD } from './record.ts'
export { boundedMessage, packRecord, roundedRate, unpackRecord } from './record-text.ts'
export { type RedisStoreOptions, redisStore } from './redis-store.ts'
export type { FleetCounts, FleetRules } from './rules.ts'
export { hasQuorum, openTimeMs, packRules, reachedRate } from './rules.ts'
export type {
  FleetCommand,
  FleetCompletion,
  FleetEntry,
  FleetGrant,
  FleetLink,
  FleetLinkFigures,
  FleetListener,
  FleetMember,
  FleetNews,
  FleetPoll,
  FleetReport,
  FleetStore,
  FleetSuspect,
  ProbeResult,
} from './store.ts'
export { FleetStoreError, type FleetStoreErrorCode } from './store-error.ts'
