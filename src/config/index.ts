// Public entry `switchgear/config`. Its peer is `yaml`.
export { ConfigError, type ConfigMistake, type ConfigWarning } from './config-error.ts'
export type { Environment } from './environment.ts'
export { type LoadOptions, loadPolicies, loadRegistry, type Reload } from './load-registry.ts'
export { type FilePolicies, type ParseOptions, parsePolicies } from './parse-policies.ts'
