// Public entry `switchgear/fleet`: breakers that processes share.
export type { Fleet, FleetCommandOptions, FleetEndpoint, FleetStats } from './fleet.ts'
export { type GuardedStoreOptions, guardedStore } from './guarded-store.ts'
export { ioredisStore } from './ioredis-store.ts'
export { joinFleet } from './join-fleet.ts'
export { type MemoryMessage, type MemoryStore, type MemoryStoreOptions, memoryStore } from './memory-store.ts'
export type { FleetOptions, FleetRampOptions, FleetRateOptions, QuorumOptions } from './options.ts'
export type { FleetChange, FleetReason, FleetRecord } from './record.ts'
export { type RedisStoreOptions, redisStore } from './redis-store.ts'
export type { FleetCounts, FleetRules } from './rules.ts'
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
