// Public entry `switchgear/fleet/testing`: what every store of a fleet must do, as tests for a store of your own.
export { describeStore } from './describe-store.ts'
export type { StoreUnderTest } from './fleet-under-test.ts'
