// Why a timeout belongs inside the breaker, and the breaker inside the retry: what the other orders cost, in requests.
import pRetry, { type Options } from 'p-retry'
import { afterEach, describe, expect, it } from 'vitest'
import { type Breaker, createRegistry } from '../../src/index.ts'
import { waitToRetry } from '../../src/retry/index.ts'
import { serve } from './service.ts'

/** Long enough for a request to arrive on a machine that is busy. */
const TIMEOUT_MS = 120
/** Where it must arrive and be answered. */
const AMPLE_MS = 600
const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0)) await end()
})

/** Four attempts; nobody waits for an open breaker here. */
const RETRIES: Options = { retries: 3, minTimeout: 1, shouldRetry: ({ error }) => waitToRetry(error, { maxWait: 1 }) }

function newBreaker(): Breaker {
  const registry = createRegistry({ policy: { failureThreshold: 5 } })
  ends.push(() => registry.close())
  return registry.breaker('upstream')
}

/** Asks a service that answers so, again and again. */
async function ask(
  times: number,
  statuses: readonly number[],
  through: (get: (signal?: AbortSignal) => Promise<string>) => Promise<unknown>,
) {
  const service = await serve(...statuses)
  ends.push(() => service.close())
  async function get(signal: AbortSignal | null = null) {
    const response = await fetch(service.url, { signal })
    if (!response.ok) throw new Error(`answered ${response.status}`)
    return response.text()
  }
  let answers = 0
  for (let n = 0; n < times; n++)
    answers += await through(get).then(
      () => 1,
      () => 0,
    )
  return { requests: service.askedAt.length, answers }
}

/** As those do who put a timeout around whatever they have. */
function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(new Error('took too long')), ms)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

describe('a service that is down', () => {
  it('is asked 5 times with the breaker inside the retry: each attempt counts', async () => {
    const breaker = newBreaker()
    const { requests } = await ask(10, [500], (get) => pRetry(() => breaker.call(() => get()), RETRIES))
    expect({ requests, state: breaker.state }).toEqual({ requests: 5, state: 'open' })
  })

  it('is asked 20 times with the retry inside the breaker: four attempts count as one failure', async () => {
    const breaker = newBreaker()
    const { requests } = await ask(10, [500], (get) => breaker.call(() => pRetry(() => get(), RETRIES)))
    expect({ requests, state: breaker.state }).toEqual({ requests: 20, state: 'open' })
  })

  it('is probed by one request, or by four with the retry inside the breaker', async () => {
    const service = await serve(500)
    ends.push(() => service.close())
    const get = async () => {
      if (!(await fetch(service.url)).ok) throw new Error('down')
    }
    const halfOpen = async () => {
      const registry = createRegistry({ policy: { openTimeout: 1 } })
      ends.push(() => registry.close())
      const breaker = registry.breaker('upstream')
      const halfOpened = new Promise<void>((tell) => breaker.on('transition', ({ to }) => to === 'halfOpen' && tell()))
      breaker.trip()
      await halfOpened
      // Long enough for the rest of the test.
      registry.configure('upstream', { openTimeout: '1h' })
      return breaker
    }
    const right = await halfOpen()
    await pRetry(() => right.call(get), RETRIES).catch(() => {})
    expect({ requests: service.askedAt.length, state: right.state }).toEqual({ requests: 1, state: 'open' })
    const wrong = await halfOpen()
    await wrong.call(() => pRetry(get, RETRIES)).catch(() => {})
    expect({ requests: service.askedAt.length - 1, state: wrong.state }).toEqual({ requests: 4, state: 'open' })
  })
})

describe('a service that hangs', () => {
  it('is asked 5 times with the timeout inside the breaker: a timeout is a failure', async () => {
    const breaker = newBreaker()
    const { requests } = await ask(3, [0], (get) =>
      pRetry(() => breaker.call(({ signal }) => get(signal), { timeout: TIMEOUT_MS }), RETRIES),
    )
    expect({ requests, state: breaker.state }).toEqual({ requests: 5, state: 'open' })
  })

  it('is asked 12 times with the timeout around the breaker, which hears of no failure', async () => {
    const breaker = newBreaker()
    const { requests } = await ask(3, [0], (get) =>
      pRetry(
        () =>
          within(
            TIMEOUT_MS,
            breaker.call(() => get()),
          ),
        RETRIES,
      ),
    )
    expect({ requests, state: breaker.state, failed: breaker.stats().calls.failed }).toEqual({
      requests: 12,
      state: 'closed',
      failed: 0,
    })
  })
})

describe('a service that hangs once', () => {
  it('answers all ten with the timeout inside the retry: the next attempt has its own time', async () => {
    const breaker = newBreaker()
    const { requests, answers } = await ask(10, [0, 200], (get) =>
      pRetry(() => breaker.call(({ signal }) => get(signal), { timeout: AMPLE_MS }), RETRIES),
    )
    expect({ requests, answers }).toEqual({ requests: 11, answers: 10 })
  })

  it('answers nine with the timeout around the retry: the attempt that hangs uses up the time of all', async () => {
    const breaker = newBreaker()
    const { requests, answers } = await ask(10, [0, 200], (get) =>
      within(
        AMPLE_MS,
        pRetry(() => breaker.call(() => get()), RETRIES),
      ),
    )
    expect({ requests, answers }).toEqual({ requests: 10, answers: 9 })
  })
})
