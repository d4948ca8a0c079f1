// What is checked: the fleet and the core that it stands on, as one module, so that either can be broken for the mutants.
export { fleetBreakerMachine } from '../../../machines/index.ts'
export { joinFleet, memoryStore } from '../../../src/fleet/index.ts'
export { createRegistry } from '../../../src/index.ts'
