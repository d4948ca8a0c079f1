// The filter, on the replies of Fastify, and for what is not HTTP. On Express: service.test.ts.
import type { ArgumentsHost } from '@nestjs/common'
import fastify from 'fastify'
import { lastValueFrom, type Observable } from 'rxjs'
import { describe, expect, it, onTestFinished } from 'vitest'
import {
  type BreakerOpenError,
  CallTimeoutError,
  ConcurrencyLimitError,
  RegistryClosedError,
  RegistryFullError,
} from '../../../src/core/edge/errors.ts'
import { BreakerExceptionFilter } from '../../../src/http/nestjs/index.ts'
import { ResourceUnavailableError } from '../../../src/resource/index.ts'
import { newBreaker } from '../../support/registries.ts'

const filter = new BreakerExceptionFilter()
const host = (kind: string, response: unknown = undefined) =>
  ({ getType: () => kind, switchToHttp: () => ({ getResponse: () => response }) }) as unknown as ArgumentsHost

async function rejection() {
  const { breaker } = newBreaker({ openTimeout: 1_001 })
  breaker.trip()
  return breaker.call(() => 'never run').catch((error: unknown) => error)
}

/** Whether Nest gives the filter this error, asked as Nest asks. */
function isCaught(error: unknown): boolean {
  const noted = Reflect.getMetadataKeys(BreakerExceptionFilter)
  const types = noted.flatMap((key) => [Reflect.getMetadata(key, BreakerExceptionFilter)].flat())
  return types.some((type) => typeof type === 'function' && error instanceof type)
}

async function answerOfFastify(
  error: unknown,
  before: (reply: { raw: { write(text: string): void } }) => void = () => {},
) {
  const app = fastify()
  onTestFinished(() => app.close())
  app.get('/', (_request, reply) => {
    before(reply)
    filter.catch(error as never, host('http', reply))
  })
  const response = await fetch(await app.listen({ port: 0, host: '127.0.0.1' }))
  return { status: response.status, retryAfter: response.headers.get('retry-after'), text: await response.text() }
}

describe('the filter', () => {
  it('answers on Fastify as it does on Express', async () => {
    const { text, ...rest } = await answerOfFastify(await rejection())
    expect(rest).toEqual({ status: 503, retryAfter: '2' })
    expect(JSON.parse(text)).toEqual({
      statusCode: 503,
      message: 'not available, try again in 2 s',
      error: 'Service Unavailable',
    })
  })

  it.each([
    [new ConcurrencyLimitError('a', 1, 0), 503],
    [new RegistryClosedError(), 503],
    [new RegistryFullError(1), 503],
    [new CallTimeoutError('a', 5), 504],
  ])('%s: %i, without Retry-After', async (error, status) => {
    expect(isCaught(error)).toBe(true)
    expect(await answerOfFastify(error)).toMatchObject({ status, retryAfter: null })
  })

  it('answers for a resource as for a breaker', async () => {
    const error = new ResourceUnavailableError('db', (await rejection()) as BreakerOpenError)
    expect(isCaught(error)).toBe(true)
    expect(await answerOfFastify(error)).toMatchObject({ status: 503, retryAfter: '2' })
    expect(isCaught(new ResourceUnavailableError('db'))).toBe(true)
    expect(await answerOfFastify(new ResourceUnavailableError('db'))).toMatchObject({ status: 503, retryAfter: null })
  })

  it('ends an answer that has begun', async () => {
    const error = await rejection()
    expect(await answerOfFastify(error, ({ raw }) => raw.write('the beginning'))).toMatchObject({
      text: 'the beginning',
    })
  })

  it('is asked about rejections, those of another copy of the package too, and about nothing else', async () => {
    const ofAnotherCopy = Object.assign(new Error('open'), {
      code: 'BREAKER_OPEN',
      [Symbol.for('switchgear.error')]: true,
    })
    const others = [
      new Error('a bug'),
      Object.assign(new Error('theirs'), { code: 'CALL_TIMEOUT' }),
      { code: 'BREAKER_OPEN' },
      null,
      undefined,
      'text',
    ]
    expect([await rejection(), ofAnotherCopy].map(isCaught)).toEqual([true, true])
    expect(others.map(isCaught)).toEqual(others.map(() => false))
  })

  it('hands the error on where there is no HTTP', async () => {
    const error = (await rejection()) as never
    await expect(lastValueFrom(filter.catch(error, host('rpc')) as Observable<unknown>)).rejects.toBe(error)
    expect(() => filter.catch(error, host('graphql'))).toThrow(error)
  })
})
