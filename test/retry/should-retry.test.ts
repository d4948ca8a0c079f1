// What the breaker's errors say about trying again.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ArgumentError, CallTimeoutError, RegistryClosedError } from '../../src/index.ts'
import { createRetryBudget, retryAfter, shouldRetry, waitToRetry } from '../../src/retry/index.ts'
import { newBreaker } from '../support/registries.ts'

type Made = ReturnType<typeof newBreaker>

async function rejectionOf(prepare: (made: Made) => void, policy = {}): Promise<unknown> {
  const made = newBreaker(policy)
  prepare(made)
  return made.breaker.call(() => 'not run').catch((error: unknown) => error)
}
const open = ({ breaker }: Made) => breaker.trip()
const named = (name: string) => Object.assign(new Error(), { name })

describe('a limit that is reached', () => {
  it('is worth a retry, at once or later: nobody knows', async () => {
    const error = await rejectionOf(({ breaker }) => breaker.tryAcquire(), { maxConcurrent: 1 })
    expect(error).toMatchObject({ code: 'CONCURRENCY_LIMIT' })
    expect(shouldRetry(error)).toBe(true)
    expect(retryAfter(error)).toBe(0)
  })
})

describe('a rejection', () => {
  it('is worth a retry when the open time has passed', async () => {
    const error = await rejectionOf((made) => {
      open(made)
      made.clock.advance('10s')
    })
    expect(shouldRetry(error)).toBe(true)
    expect(retryAfter(error)).toBe(20_000)
  })

  it('of a half-open breaker is worth one when its probe must have reported', async () => {
    const error = await rejectionOf(
      (made) => {
        open(made)
        made.clock.advance('30s')
        made.breaker.tryAcquire()
      },
      { probeTimeout: '2s' },
    )
    expect(shouldRetry(error)).toBe(true)
    expect(retryAfter(error)).toBe(2_000)
  })

  it('of a breaker that is forced open is worth none, and nobody hammers it', async () => {
    const error = await rejectionOf(({ breaker }) => breaker.isolate())
    expect(shouldRetry(error)).toBe(false)
    expect(retryAfter(error)).toBe(2 ** 31 - 1)
  })

  it('asks for no longer than a timer can wait', async () => {
    const error = await rejectionOf(open, { openTimeout: '60d' })
    expect(retryAfter(error)).toBe(2 ** 31 - 1)
  })

  it('is found among the causes of an error', async () => {
    const cause = await rejectionOf(open)
    const error = new TypeError('fetch failed', { cause: new Error('in between', { cause }) })
    expect(shouldRetry(error)).toBe(true)
    expect(retryAfter(error)).toBe(30_000)
    expect(shouldRetry(new Error('', { cause: await rejectionOf(({ breaker }) => breaker.isolate()) }))).toBe(false)
  })
})

describe('other errors', () => {
  const circle = new Error('a circle')
  circle.cause = circle
  const hostile = Object.defineProperties(new Error(), {
    name: {
      get: () => {
        throw new Error('from name')
      },
    },
    cause: {
      get: () => {
        throw new Error('from cause')
      },
    },
  })
  it.each([
    ['what is none of ours', new Error('ECONNRESET'), true],
    ['a timeout of a call', new CallTimeoutError('a', 100), true],
    ['a TimeoutError', named('TimeoutError'), true],
    ['a call that was called off', named('AbortError'), false],
    ['a mistake', new ArgumentError('a', 'b', 'c'), false],
    ['a mistake as a cause', new Error('', { cause: new ArgumentError('a', 'b', 'c') }), false],
    ['a registry that is closed', new RegistryClosedError(), false],
    ['nothing', undefined, true],
    ['null', null, true],
    ['a string', 'down', true],
    ['an error that is its own cause', circle, true],
    ['an error whose getters throw', hostile, true],
    [
      'a revoked proxy',
      (() => {
        const { proxy, revoke } = Proxy.revocable({}, {})
        revoke()
        return proxy
      })(),
      true,
    ],
  ])('%s: say nothing of a wait', (_what, error, expected) => {
    expect(shouldRetry(error)).toBe(expected)
    expect(retryAfter(error)).toBe(0)
  })
})

describe('waiting to retry', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('takes as long as the breaker says, and no longer', async () => {
    let answer: boolean | undefined
    const error = await rejectionOf(open)
    waitToRetry(error).then((may) => {
      answer = may
    })
    await vi.advanceTimersByTimeAsync(29_999)
    expect(answer).toBeUndefined()
    await vi.advanceTimersByTimeAsync(1)
    expect(answer).toBe(true)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('takes no time for an error that says nothing of it, or is not worth it', async () => {
    expect(await waitToRetry(new Error('down'))).toBe(true)
    expect(await waitToRetry(named('AbortError'))).toBe(false)
    expect(await waitToRetry(await rejectionOf(open), { maxWait: '29s' })).toBe(false)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('waits just as long as is worth it', async () => {
    const answer = waitToRetry(await rejectionOf(open), { maxWait: '30s' })
    await vi.advanceTimersByTimeAsync(30_000)
    expect(await answer).toBe(true)
  })

  it('ends with the signal, before or during the wait, and leaves no timer', async () => {
    const leave = new AbortController()
    const error = await rejectionOf(open)
    const during = waitToRetry(error, { signal: leave.signal })
    const reason = new Error('the user left')
    leave.abort(reason)
    await expect(during).rejects.toBe(reason)
    await expect(waitToRetry(error, { signal: leave.signal })).rejects.toBe(reason)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('pays for a retry alone, not for what is not retried', async () => {
    const budget = createRetryBudget({ capacity: 5 })
    const rejection = await rejectionOf(open)
    await budget.call(async (meter) => {
      expect(await waitToRetry(named('AbortError'), { budget: meter })).toBe(false)
      expect(await waitToRetry(rejection, { budget: meter, maxWait: '1s' })).toBe(false)
      expect(budget.tokens).toBe(5)
      expect(await waitToRetry(new Error('down'), { budget: meter })).toBe(true)
      expect(budget.tokens).toBe(0)
      expect(await waitToRetry(new Error('down'), { budget: meter })).toBe(false)
    })
  })

  it.each([
    [null, 'options: expected an object: { signal, maxWait, budget }'],
    [{ maxwait: 1 }, 'did you mean maxWait?'],
    [
      { maxWait: '30' },
      'options.maxWait: expected a duration above 0: milliseconds or a string such as \'5s\', received "30"',
    ],
    [{ signal: {} }, 'options.signal: expected an AbortSignal'],
    [{ budget: createRetryBudget() }, 'options.budget: expected a meter, as budget.call(meter => …) hands it out'],
  ])('%# is refused with wrong options', async (options, message) => {
    await expect(waitToRetry(new Error(), options as never)).rejects.toThrow(message)
  })
})

describe('an AggregateError, as of Promise.any over several breakers', () => {
  const opened = (openTimeout: number) => rejectionOf(open, { openTimeout })
  const forced = () => rejectionOf(({ breaker }) => breaker.isolate())

  it('is worth a retry when the first of its breakers may admit a call again (R17)', async () => {
    const calls = [opened(20_000), opened(5_000), forced()]
    const error = await Promise.any(calls.map((call) => call.then((error) => Promise.reject(error)))).catch((e) => e)
    expect(error).toBeInstanceOf(AggregateError)
    expect([shouldRetry(error), retryAfter(error)]).toEqual([true, 5_000])
    const wrapped = new Error('no mirror', { cause: new AggregateError([error, await opened(3_000)]) })
    expect([shouldRetry(wrapped), retryAfter(wrapped)]).toEqual([true, 3_000])
  })

  it('is worth one at once when another of its errors says nothing of a wait (R17)', async () => {
    const error = new AggregateError([await opened(20_000), new Error('refused')])
    expect([shouldRetry(error), retryAfter(error)]).toEqual([true, 0])
    const hopeless = new AggregateError([await opened(20_000), new RegistryClosedError(), named('AbortError')])
    expect([shouldRetry(hopeless), retryAfter(hopeless)]).toEqual([true, 20_000])
  })

  it('is worth none where none of its errors is (R17)', async () => {
    const error = new AggregateError([await forced(), named('AbortError'), new RegistryClosedError()])
    expect(shouldRetry(error)).toBe(false)
    const called = Object.assign(new AggregateError([await opened(1_000)]), { name: 'AbortError' })
    expect(shouldRetry(called)).toBe(false)
    expect(retryAfter(new AggregateError([await forced(), await forced()]))).toBe(2 ** 31 - 1)
  })

  it('may be odd: empty, in itself, or with a getter that throws (R17)', async () => {
    const circle = new AggregateError([])
    circle.errors.push(circle)
    const throwing = Object.defineProperty(new Error('odd'), 'errors', {
      get: () => {
        throw new Error('no')
      },
    })
    for (const error of [new AggregateError([]), circle, throwing]) {
      expect([shouldRetry(error), retryAfter(error)]).toEqual([true, 0])
    }
    const many = new AggregateError(Array.from({ length: 200_000 }, () => new Error('one of many')))
    expect([shouldRetry(many), retryAfter(many)]).toEqual([true, 0])
  })

  it('takes nothing from a budget that counts failures, where all of it was rejected (R17)', async () => {
    const budget = createRetryBudget({ style: 'grpc' })
    const before = budget.tokens
    await budget.call(async (meter) => meter.mayRetry(new AggregateError([await opened(1), await opened(2)])))
    expect(budget.tokens).toBe(before)
    await budget.call(async (meter) => meter.mayRetry(new AggregateError([await opened(1), new Error('refused')])))
    expect(budget.tokens).toBeLessThan(before)
  })
})
