// Public entry `switchgear/testing`: tests made from the statechart that runs in production.
export { checkPath, type Mismatch } from './check-path.ts'
export { type CoverageReport, type Covered, coverage } from './coverage.ts'
export { type DescribeOptions, describeBreaker, type TestRunner } from './describe-breaker.ts'
export type { CallResult, Command, Driver, Observation, Subject } from './driver.ts'
export { pureDriver, runtimeDriver } from './drivers.ts'
export { type Exploration, type ExploreOptions, explore } from './explore.ts'
export {
  generateMachinePaths,
  type MachineEvent,
  type MachinePath,
  type MachinePathOptions,
  type MachinePathStep,
  type MachineStep,
  uncoveredTransitions,
} from './machine-paths.ts'
export type { Step } from './model.ts'
export { type Expectation, generatePaths, type Path, type PathOptions, type PathStep } from './paths.ts'
export { shrink } from './shrink.ts'
export type { StepOptions } from './steps.ts'
export { tellStory, toMermaid } from './story.ts'
export { type TestFileOptions, toTestFile } from './test-file.ts'
export type { Coverage } from './tour.ts'
export { createVirtualClock, type VirtualClock } from './virtual-clock.ts'
