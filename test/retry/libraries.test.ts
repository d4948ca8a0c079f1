// The libraries that people retry with, as they are, against a real service that fails twice.
import { DelegateBackoff, handleWhen, retry } from 'cockatiel'
import got, { RequestError } from 'got'
import pRetry from 'p-retry'
import { Agent, type Dispatcher, RetryAgent, request } from 'undici'
import { afterEach, describe, expect, it } from 'vitest'
import { type Breaker, createRegistry } from '../../src/index.ts'
import { retryAfter, shouldRetry, waitToRetry } from '../../src/retry/index.ts'
import { type Service, serve } from './service.ts'

const OPEN_MS = 150
const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0)) await end()
})

/** Opens by the second failure, for 150 ms. */
function newBreaker(): Breaker {
  const registry = createRegistry({ policy: { failureThreshold: 2, openTimeout: OPEN_MS, successThreshold: 1 } })
  ends.push(() => registry.close())
  return registry.breaker('upstream')
}

async function fetchOk(url: string): Promise<string> {
  const response = await fetch(url)
  if (!response.ok) throw new Error(`answered ${response.status}`)
  return response.text()
}

/** undici's dispatch through the breaker. */
function guarded(breaker: Breaker): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (options, handler) => {
    const answered = (succeed: () => void, fail: (error: Error) => void): Dispatcher.DispatchHandler => ({
      onRequestStart: (controller, context) => handler.onRequestStart?.(controller, context),
      onResponseStart(controller, status, headers, message) {
        if (status < 500) succeed()
        else fail(new Error(`answered ${status}`))
        handler.onResponseStart?.(controller, status, headers, message)
      },
      onResponseData: (controller, chunk) => handler.onResponseData?.(controller, chunk),
      onResponseEnd: (controller, trailers) => handler.onResponseEnd?.(controller, trailers),
      onResponseError(controller, error) {
        fail(error)
        handler.onResponseError?.(controller, error)
      },
    })
    const call = breaker.call(
      () => new Promise<void>((succeed, fail) => void dispatch(options, answered(succeed, fail))),
    )
    call.catch((error) => {
      if (error.code === 'BREAKER_OPEN') handler.onResponseError?.(null as never, error)
    })
    return true
  }
}

type Way = (url: string, breaker: Breaker) => Promise<unknown>
const WAYS: Record<string, Way> = {
  'p-retry': (url, breaker) =>
    pRetry(() => breaker.call(() => fetchOk(url)), {
      retries: 5,
      minTimeout: 1,
      shouldRetry: ({ error }) => waitToRetry(error),
    }),

  "undici's RetryAgent": async (url, breaker) => {
    const agent = new Agent()
    ends.push(() => agent.close())
    const retrying = new RetryAgent(agent.compose(guarded(breaker)), {
      async retry(error, { state }, done) {
        done(state.counter <= 5 && (await waitToRetry(error)) ? null : error)
      },
    })
    return (await request(url, { dispatcher: retrying })).body.text()
  },

  got: (url, breaker) =>
    got(url, {
      retry: {
        limit: 5,
        backoffLimit: 1,
        calculateDelay: ({ attemptCount, retryOptions, error, computedValue }) =>
          attemptCount <= retryOptions.limit && shouldRetry(error) ? retryAfter(error) || computedValue : 0,
      },
      hooks: {
        beforeRequest: [
          async () => {
            if (!breaker.allows()) await breaker.call(() => {})
          },
        ],
        afterResponse: [
          (response) => {
            if (response.statusCode >= 500) breaker.recordFailure()
            else breaker.recordSuccess()
            return response
          },
        ],
      },
    }).text(),

  "cockatiel's retry": (url, breaker) =>
    retry(handleWhen(shouldRetry), {
      maxAttempts: 5,
      backoff: new DelegateBackoff(({ result }) => Math.max(1, 'error' in result ? retryAfter(result.error) : 0)),
    }).execute(() => breaker.call(() => fetchOk(url))),
}

async function failingTwice(): Promise<Service> {
  const service = await serve(500, 500, 200)
  ends.push(() => service.close())
  return service
}

describe.each(Object.entries(WAYS))('%s', (_name, way) => {
  it('waits as long as the breaker says, and makes no request before', async () => {
    const service = await failingTwice()
    const breaker = newBreaker()
    expect(await way(service.url, breaker)).toBe('an answer')
    const [, second = 0, third = 0] = service.askedAt
    expect(service.askedAt).toHaveLength(3)
    expect(third - second).toBeGreaterThanOrEqual(OPEN_MS - 5)
    expect(breaker.state).toBe('closed')
    // Once when it had opened; a second time at most, where a library's timer fires a moment early.
    expect(breaker.stats().calls.rejected).toBeLessThanOrEqual(2)
  })

  it('does not retry at all while it is forced open', async () => {
    const service = await failingTwice()
    const breaker = newBreaker()
    breaker.isolate()
    const error = await way(service.url, breaker).catch((thrown: unknown) => thrown)
    const rejection = error instanceof RequestError ? error.cause : error
    expect(rejection).toMatchObject({ code: 'BREAKER_OPEN', state: 'forcedOpen' })
    expect(service.askedAt).toHaveLength(0)
    expect(breaker.stats().calls.rejected).toBe(1)
  })
})
