// RetryBudget: how many retries all calls together may make, so that an outage does not multiply the traffic. The bucket,
// `aws-bucket.ts` or `grpc-bucket.ts`, decides what a retry costs and what a success refunds.
import { isOptionObject } from '../core/edge/option-object.ts'
import { checkOptions } from '../core/options/index.ts'
import { ArgumentError } from '../index.ts'
import { type AwsRetryBudgetOptions, newAwsBucket } from './aws-bucket.ts'
import type { Bucket, RetryMeter } from './bucket.ts'
import { type GrpcRetryBudgetOptions, newGrpcBucket } from './grpc-bucket.ts'

export type { AwsRetryBudgetOptions } from './aws-bucket.ts'
export type { RetryMeter } from './bucket.ts'
export type { GrpcRetryBudgetOptions } from './grpc-bucket.ts'

/** The options of `createRetryBudget`: `{ style: 'aws', … }` or `{ style: 'grpc', … }`. */
export type RetryBudgetOptions = AwsRetryBudgetOptions | GrpcRetryBudgetOptions

/** A budget that all calls to one service share. */
export interface RetryBudget {
  /**
   * Runs `fn`, which makes one call with its retries, and settles its account: a value is a success, and refunds tokens.
   * The value or the error reaches you unchanged.
   * @throws ArgumentError (`INVALID_ARGUMENT`) unless `fn` is a function, as a rejection
   */
  call<T>(fn: (meter: RetryMeter) => T | PromiseLike<T>): Promise<T>
  /** The tokens that are left. */
  readonly tokens: number
}

const AWS = ['style', 'capacity', 'retryCost', 'timeoutCost', 'refund'] satisfies (keyof AwsRetryBudgetOptions)[]
const GRPC = ['style', 'maxTokens', 'tokenRatio'] satisfies (keyof GrpcRetryBudgetOptions)[]

/**
 * A budget for retries, shared by all calls to one service; make one beside the registry. Style `'aws'` (the default) is
 * the standard mode of the AWS SDKs: a retry costs tokens, and a success refunds those of its last retry, or `refund` if it
 * needed none. Style `'grpc'` is the retry throttling of gRPC: a failure costs a token, a success refunds `tokenRatio`, and
 * there is no retry while half of the tokens or fewer are left.
 * @throws ArgumentError (`INVALID_ARGUMENT`) for wrong options
 */
export function createRetryBudget(options: RetryBudgetOptions = {}): RetryBudget {
  const bucket = newBucket(options)
  return {
    async call(fn) {
      if (typeof fn !== 'function') throw new ArgumentError('call(fn)', 'a function of the meter', fn)
      const meter = bucket.open()
      let isUnderWay = true
      try {
        const value = await fn({
          mayRetry(error) {
            isUnderWay = meter.mayRetry(error)
            return isUnderWay
          },
        })
        meter.succeed()
        return value
      } catch (error) {
        if (isUnderWay) meter.fail(error)
        throw error
      }
    },
    get tokens() {
      return bucket.tokens
    },
  }
}

function newBucket(options: RetryBudgetOptions): Bucket {
  const style: unknown = isOptionObject(options) ? options['style'] : undefined
  if (style === 'grpc') {
    checkOptions('options', options, GRPC)
    return newGrpcBucket(options as GrpcRetryBudgetOptions)
  }
  checkOptions('options', options, AWS)
  if (style !== undefined && style !== 'aws') throw new ArgumentError('options.style', "'aws' or 'grpc'", style)
  return newAwsBucket(options as AwsRetryBudgetOptions)
}
