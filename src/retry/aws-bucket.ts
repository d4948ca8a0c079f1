// AwsBucket: the retry quota of the AWS SDKs' standard mode. Its test reproduces the published cases of that mode, as
// smithy-lang/smithy-kotlin has them in runtime/runtime-core/jvm/test/aws/smithy/kotlin/runtime/retries/impl:
// StandardRetryIntegrationTestResources.kt and NewStandardRetryIntegrationTestResources.kt (SEP 2.1, where a retry costs 14).
import { ArgumentError } from '../index.ts'
import type { Bucket } from './bucket.ts'
import { comesFromTimeout } from './causes.ts'

/** A budget as in the standard mode of the AWS SDKs. All are whole numbers of tokens. */
export interface AwsRetryBudgetOptions {
  /** Which rules. Default `'aws'`. */
  readonly style?: 'aws' | undefined
  /** The tokens at first, and the most there can be; 0 for no retries at all. Default 500. */
  readonly capacity?: number | undefined
  /** What a retry costs, at least 1. Default 5. */
  readonly retryCost?: number | undefined
  /** What a retry after a timeout costs, at least 1: the server may still be working on the call. Default 10. */
  readonly timeoutCost?: number | undefined
  /** What a success without a retry refunds; after retries it is the cost of the last one. Default 1. */
  readonly refund?: number | undefined
}

export function newAwsBucket(options: AwsRetryBudgetOptions): Bucket {
  const capacity = tokensOf('capacity', options.capacity, 500, 0)
  const retryCost = tokensOf('retryCost', options.retryCost, 5, 1)
  const timeoutCost = tokensOf('timeoutCost', options.timeoutCost, 10, 1)
  const refund = tokensOf('refund', options.refund, 1, 0)
  let tokens = capacity
  return {
    open() {
      let toReturn = refund
      return {
        mayRetry(error) {
          const cost = comesFromTimeout(error) ? timeoutCost : retryCost
          if (cost > tokens) return false
          tokens -= cost
          toReturn = cost
          return true
        },
        succeed() {
          tokens = Math.min(tokens + toReturn, capacity)
        },
        // A failure that is not retried costs nothing.
        fail() {},
      }
    },
    get tokens() {
      return tokens
    },
  }
}

function tokensOf(name: keyof AwsRetryBudgetOptions, value: unknown, otherwise: number, least: number): number {
  if (value === undefined) return otherwise
  if (Number.isSafeInteger(value) && (value as number) >= least) return value as number
  throw new ArgumentError(`options.${name}`, `a whole number of at least ${least}`, value)
}
