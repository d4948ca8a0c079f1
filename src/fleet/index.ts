// Public entry `switchgear/fleet`: breakers that processes share.
export type { Fleet, FleetCommandOptions, FleetEndpoint, FleetStats } from './fleet.ts'
export { joinFleet } from './join-fleet.ts'
export { type MemoryMessage, type MemoryStore, type MemoryStoreOptions, memoryStore } from './memory-store.ts'
export type { FleetOptions, FleetRampOptions, FleetRateOptions, QuorumOptions } from './options.ts'
export type { FleetChange, FleetReason, FleetRecord } from './record.ts'
export type { FleetRules } from './rules.ts'
export { FleetStoreError, type FleetStoreErrorCode } from './store-error.ts'
