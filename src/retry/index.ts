// Public entry `switchgear/retry`: what a library that retries must know about breakers, and a limit to its retries.
export {
  type AwsRetryBudgetOptions,
  createRetryBudget,
  type GrpcRetryBudgetOptions,
  type RetryBudget,
  type RetryBudgetOptions,
  type RetryMeter,
} from './retry-budget.ts'
export { retryAfter, shouldRetry } from './should-retry.ts'
export { type WaitToRetryOptions, waitToRetry } from './wait-to-retry.ts'
