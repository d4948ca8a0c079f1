// Public entry `switchgear/explain`: a policy in words, for the dashboard, the command line and whoever shows one.

export { type ExplainedSetting, explainPolicy } from './explain-policy.ts'
export { policyWarnings } from './policy-warnings.ts'
