// GrpcBucket: the retry throttling of gRPC, as its proposal A6 describes it (github.com/grpc/proposal, A6-client-retries.md).
// Its test reproduces the case of grpc/grpc, test/core/client_channel/retry_throttle_test.cc.
import { ArgumentError } from '../index.ts'
import type { Bucket } from './bucket.ts'
import { isCalledOff, isHopeless, partsOf, rejectionIn } from './causes.ts'

/** A budget as gRPC's `retryThrottling`, whose names these are. */
export interface GrpcRetryBudgetOptions {
  /** Which rules. */
  readonly style: 'grpc'
  /** The tokens at first, and the most there can be: a whole number from 1 to 1,000. Default 10. A failure costs one. */
  readonly maxTokens?: number | undefined
  /** What a success refunds, above 0, to three decimals. Default 0.1: one failure for ten successes. */
  readonly tokenRatio?: number | undefined
}

/** Tokens are counted in thousandths, as gRPC does: sums of 0.1 would drift. */
const TOKEN = 1_000

export function newGrpcBucket({ maxTokens = 10, tokenRatio = 0.1 }: GrpcRetryBudgetOptions): Bucket {
  if (!Number.isSafeInteger(maxTokens) || maxTokens < 1 || maxTokens > 1_000) {
    throw new ArgumentError('options.maxTokens', 'a whole number from 1 to 1,000', maxTokens)
  }
  const gain = Math.round(tokenRatio * TOKEN)
  if (typeof tokenRatio !== 'number' || !Number.isSafeInteger(gain) || gain < 1) {
    throw new ArgumentError('options.tokenRatio', 'a number of at least 0.001', tokenRatio)
  }
  const most = maxTokens * TOKEN
  let tokens = most
  function fail(error: unknown): void {
    // A call that the service never saw, or that was cancelled, says nothing about its health.
    if (isCalledOff(error) || partsOf(error).every(wasNotSeen)) return
    tokens = Math.max(tokens - TOKEN, 0)
  }
  const meter = {
    mayRetry(error: unknown) {
      fail(error)
      return tokens > most / 2
    },
    succeed() {
      tokens = Math.min(tokens + gain, most)
    },
    fail,
  }
  return {
    open: () => meter,
    get tokens() {
      return tokens / TOKEN
    },
  }
}

function wasNotSeen(error: unknown): boolean {
  return rejectionIn(error) !== undefined || isCalledOff(error) || isHopeless(error)
}
