// Public entry `switchgear/testing`: tests made from the statechart that runs in production.

export { type DescribeOptions, describeBreaker, type TestRunner } from './describe-breaker.ts'
export type { CallResult, Command, Driver, Observation, Subject } from './driver.ts'
export { pureDriver, type RuntimeOptions, runtimeDriver } from './drivers.ts'
export { checkPath, type Mismatch } from './exploring/check-path.ts'
export { type Exploration, type ExploreOptions, explore } from './exploring/explore.ts'
export { shrink } from './exploring/shrink.ts'
export type { Step } from './model/model.ts'
export type { StepOptions } from './model/steps.ts'
export { type CoverageReport, type Covered, coverage } from './paths/coverage.ts'
export type { Coverage } from './paths/goals.ts'
export {
  generateMachinePaths,
  type MachineEvent,
  type MachinePath,
  type MachinePathOptions,
  type MachinePathStep,
  type MachineStep,
  uncoveredTransitions,
} from './paths/machine-paths.ts'
export { type Expectation, generatePaths, type Path, type PathOptions, type PathStep } from './paths/paths.ts'
export { startDriver } from './start-driver.ts'
export { createVirtualClock, type VirtualClock } from './virtual-clock.ts'
export { tellStory, toMermaid } from './writing/story.ts'
export { type TestFileOptions, toTestFile } from './writing/test-file.ts'
