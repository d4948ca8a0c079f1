// The budgets, against the published cases of those who thought of them.
import pRetry from 'p-retry'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createRegistry } from '../../src/index.ts'
import { createRetryBudget, type RetryBudget, type RetryBudgetOptions, waitToRetry } from '../../src/retry/index.ts'
import { SEP_2_1, STANDARD, type Step, type Vector } from './vectors.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

class StatusError extends Error {
  readonly status: number
  constructor(status: number) {
    super(`answered ${status}`)
    this.status = status
  }
}

/** One call through p-retry, and what came of each of its attempts, in the words of the cases. */
async function follow(budget: RetryBudget, answers: readonly number[], vector: Vector, firstPauseMs: number) {
  const seen: Step[] = []
  let before = Date.now()
  let asked = 0
  let quota = budget.tokens
  const { maxAttempts = 3, maxBackoffSeconds = 20 } = vector
  const done = budget
    .call((meter) =>
      pRetry(
        () => {
          const former = answers[asked - 1]
          if (former !== undefined) seen.push([former, quota, (Date.now() - before) / 1_000])
          before = Date.now()
          const status = answers[asked++] ?? 0
          if (status !== 200) throw new StatusError(status)
        },
        {
          retries: maxAttempts - 1,
          minTimeout: firstPauseMs,
          maxTimeout: maxBackoffSeconds * 1_000,
          async shouldRetry({ error }) {
            const may = await waitToRetry(error, { budget: meter })
            quota = budget.tokens
            return may
          },
        },
      ),
    )
    .then(
      () => 'success' as const,
      () => (asked === maxAttempts ? ('max attempts' as const) : ('quota exceeded' as const)),
    )
  await vi.runAllTimersAsync()
  seen.push([answers[asked - 1] ?? 0, budget.tokens, await done])
  return seen
}

describe.each([
  { edition: 'standard mode', vectors: STANDARD, firstPauseMs: 1_000, options: {} },
  { edition: 'SEP 2.1', vectors: SEP_2_1, firstPauseMs: 50, options: { retryCost: 14 } },
])("as in the AWS SDKs' $edition", ({ vectors, firstPauseMs, options }) => {
  it.each(vectors)('$name', async (vector) => {
    const { capacity = 500, calls } = vector
    const budget = createRetryBudget({ style: 'aws', capacity, ...options })
    for (const steps of calls) {
      const answers = steps.map(([status]) => status)
      expect(await follow(budget, answers, vector, firstPauseMs)).toEqual(steps)
    }
  })
})

describe('a budget as in the AWS SDKs', () => {
  it('is shared by calls that run at once: two retries and one, 500 - 42 + 28', async () => {
    const budget = createRetryBudget({ retryCost: 14 })
    const call = (failures: number) =>
      budget.call(async (meter) => {
        for (let n = 0; n < failures; n++) expect(meter.mayRetry(new StatusError(500))).toBe(true)
      })
    await Promise.all([call(2), call(1)])
    expect(budget.tokens).toBe(486)
  })

  it('takes 10 for a retry after a timeout, of a breaker, a signal or a cause', () => {
    const timeouts = [
      Object.assign(new Error(), { name: 'TimeoutError' }),
      new Error('wrapped', { cause: new DOMException('', 'TimeoutError') }),
    ]
    for (const timeout of timeouts) {
      const budget = createRetryBudget()
      budget.call((meter) => expect(meter.mayRetry(timeout)).toBe(true))
      expect(budget.tokens).toBe(490)
    }
  })

  it('takes 5 for a retry after a rejection, whatever has opened the breaker (R16)', async () => {
    const breaker = createRegistry().breaker('a', { failureThreshold: 1 })
    breaker.recordFailure(new DOMException('', 'TimeoutError'))
    const rejection = await breaker.call(() => 'not run').catch((error: unknown) => error)
    expect(rejection).toMatchObject({ code: 'BREAKER_OPEN', cause: { name: 'TimeoutError' } })
    const budget = createRetryBudget()
    budget.call((meter) => expect(meter.mayRetry(rejection)).toBe(true))
    expect(budget.tokens).toBe(495)
  })

  it('gives 1 back for a success without a retry, and never holds more than its capacity', async () => {
    const budget = createRetryBudget({ capacity: 12 })
    await budget.call((meter) => void meter.mayRetry(new Error()))
    expect(budget.tokens).toBe(12)
    await budget.call((meter) => Promise.reject(meter.mayRetry(new Error()))).catch(() => {})
    await budget.call(() => 'at once')
    expect(budget.tokens).toBe(8)
  })

  it('lets an outage grow the traffic by at most 100 retries, whatever the calls', async () => {
    const budget = createRetryBudget()
    let requests = 0
    const failing = () => {
      requests++
      return Promise.reject(new StatusError(503))
    }
    const calls = Array.from({ length: 1_000 }, () =>
      budget.call((meter) =>
        pRetry(failing, {
          retries: 3,
          minTimeout: 0,
          shouldRetry: ({ error }) => waitToRetry(error, { budget: meter }),
        }),
      ),
    )
    await Promise.allSettled(calls)
    expect(requests).toBe(1_100)
  })
})

describe('a budget as in gRPC', () => {
  /** The failures and successes of the case, what each failure is answered, and the tokens after each. */
  const CASE: readonly (readonly [what: 'failure' | 'success', tokens: number, mayRetry?: boolean])[] = [
    ['failure', 3, true],
    ['success', 4],
    ['failure', 3, true],
    ['failure', 2, false],
    ['failure', 1, false],
    ['failure', 0, false],
    ['failure', 0, false],
    ['success', 1.6],
    ['success', 3.2],
    ['failure', 2.2, true],
    ['failure', 1.2, false],
    ['success', 2.8],
    ['failure', 1.8, false],
    ['success', 3.4],
    ['failure', 2.4, true],
  ]

  it('counts as grpc/grpc does', async () => {
    const budget = createRetryBudget({ style: 'grpc', maxTokens: 4, tokenRatio: 1.6 })
    for (const [what, tokens, expected] of CASE) {
      if (what === 'success') await budget.call(() => {})
      else {
        let answer: boolean | undefined
        // A call that is called off after its failure was told has no other.
        const off = Object.assign(new Error(), { name: 'AbortError' })
        await budget
          .call((meter) => {
            answer = meter.mayRetry(new Error())
            return Promise.reject(off)
          })
          .catch(() => {})
        expect(answer).toBe(expected)
      }
      expect(budget.tokens).toBe(tokens)
    }
  })

  it('counts the failure of a last attempt, which nobody asks about, and each of them once', async () => {
    const budget = createRetryBudget({ style: 'grpc' })
    const failing = (retries: number) =>
      budget.call((meter) =>
        pRetry(() => Promise.reject(new Error('down')), {
          retries,
          minTimeout: 0,
          shouldRetry: ({ error }) => waitToRetry(error, { budget: meter }),
        }),
      )
    await expect(failing(0)).rejects.toThrow('down')
    expect(budget.tokens).toBe(9)
    await expect(failing(2)).rejects.toThrow('down')
    expect(budget.tokens).toBe(6)
    // Refused by the budget, at 5: the failure that was refused is not counted again.
    await expect(failing(2)).rejects.toThrow('down')
    expect(budget.tokens).toBe(5)
  })
})

describe('a rejection by a breaker', () => {
  it('costs no token as in gRPC, for the service never saw the call; its retry costs 5 as in the AWS SDKs', async () => {
    const registry = createRegistry()
    const breaker = registry.breaker('a')
    breaker.trip()
    const grpc = createRetryBudget({ style: 'grpc' })
    const aws = createRetryBudget({ style: 'aws' })
    for (const budget of [grpc, aws]) {
      const call = budget.call((meter) =>
        breaker
          .call(() => {})
          .catch((error) => {
            expect(meter.mayRetry(error)).toBe(true)
            throw error
          }),
      )
      await expect(call).rejects.toMatchObject({ code: 'BREAKER_OPEN' })
    }
    expect([grpc.tokens, aws.tokens]).toEqual([10, 495])
    await registry.close()
  })
})

describe('wrong options of a budget', () => {
  const wrong: [unknown, string][] = [
    [null, 'options: expected an object: { style'],
    [{ style: 'gcp' }, "options.style: expected 'aws' or 'grpc', received \"gcp\""],
    [{ capacity: 1.5 }, 'options.capacity: expected a whole number of at least 0, received 1.5'],
    [{ retryCost: 0 }, 'options.retryCost: expected a whole number of at least 1, received 0'],
    [{ timeoutCost: '10' }, 'options.timeoutCost: expected a whole number of at least 1, received "10"'],
    [{ refund: -1 }, 'options.refund: expected a whole number of at least 0, received -1'],
    [{ capacty: 1 }, 'did you mean capacity?'],
    [{ maxTokens: 10 }, 'options.maxTokens: expected one of style, capacity'],
    [{ style: 'grpc', maxTokens: 0 }, 'options.maxTokens: expected a whole number from 1 to 1,000, received 0'],
    [{ style: 'grpc', maxTokens: 1_001 }, 'options.maxTokens'],
    [{ style: 'grpc', tokenRatio: 0 }, 'options.tokenRatio: expected a number of at least 0.001, received 0'],
    [{ style: 'grpc', tokenRatio: '0.1' }, 'options.tokenRatio'],
    [{ style: 'grpc', capacity: 5 }, 'options.capacity: expected one of style, maxTokens, tokenRatio'],
  ]
  it.each(wrong)('%j are refused at once', (options, message) => {
    expect(() => createRetryBudget(options as RetryBudgetOptions)).toThrow(message)
  })

  it('a call of what is no function is a rejection', async () => {
    await expect(createRetryBudget().call(3 as never)).rejects.toThrow('call(fn): expected a function of the meter')
  })
})
