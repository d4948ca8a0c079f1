// Types of calls and of their errors. Checked by `tsc`, the first step of `npm test`; nothing here runs.
import { expectTypeOf } from 'vitest'
import {
  type BreakerError,
  type BreakerOpenError,
  type CallOptions,
  type CallTimeoutError,
  createRegistry,
  type ErrorCode,
  type FallbackContext,
  type Guarded,
  isBreakerError,
  type Mistake,
  type Permit,
  type Reason,
  type Registry,
} from '../../src/index.ts'

export function theTypeOfACallIsFoundOrWritten(registry: Registry, fetched: () => Promise<Response>) {
  expectTypeOf(registry.call('a', fetched)).toEqualTypeOf<Promise<Response>>()
  expectTypeOf(registry.call('a', fetched, {})).toEqualTypeOf<Promise<Response>>()
  expectTypeOf(registry.call('a', fetched, { timeout: '1s' })).toEqualTypeOf<Promise<Response>>()
  expectTypeOf(registry.call('a', fetched, { fallback: () => null })).toEqualTypeOf<Promise<Response | null>>()
  expectTypeOf(registry.call('a', fetched, { fallback: () => 'none' })).toEqualTypeOf<Promise<Response | string>>()
  expectTypeOf(registry.call('a', fetched, { fallback: async () => 0 })).toEqualTypeOf<Promise<Response | number>>()

  expectTypeOf(registry.call<Response>('a', fetched)).toEqualTypeOf<Promise<Response>>()
  expectTypeOf(registry.call<Response>('a', fetched, { timeout: 5 })).toEqualTypeOf<Promise<Response>>()
  // With the type written out TypeScript does not look for the fallback's: it is the same, or nothing.
  type OrNothing = Promise<Response | null | undefined>
  expectTypeOf(registry.call<Response>('a', fetched, { fallback: () => null })).toEqualTypeOf<OrNothing>()
  expectTypeOf(registry.call<Response>('a', fetched, { fallback: () => undefined })).toEqualTypeOf<OrNothing>()
  expectTypeOf(registry.call<Response>('a', fetched, { fallback: fetched })).toEqualTypeOf<OrNothing>()
  expectTypeOf(registry.call<Response, string>('a', fetched, { fallback: () => 'none' })).toEqualTypeOf<
    Promise<Response | string>
  >()
  // @ts-expect-error: a fallback of another type is written, too
  registry.call<Response>('a', fetched, { fallback: () => 'none' })
  // @ts-expect-error: no such option
  registry.call('a', fetched, { timeoutMs: 5 })
  // @ts-expect-error: a promise is no function
  registry.call('a', fetched())
}

export function theHandleIsTypedAsTheRegistry({ breaker: make }: Registry, fetched: () => Promise<Response>) {
  const breaker = make('a')
  expectTypeOf(breaker.call(fetched)).toEqualTypeOf<Promise<Response>>()
  expectTypeOf(breaker.call(fetched, { fallback: () => 'none' })).toEqualTypeOf<Promise<Response | string>>()
  expectTypeOf(breaker.call<Response>(fetched, { fallback: () => null })).toEqualTypeOf<
    Promise<Response | null | undefined>
  >()
  const add = (left: number, right = 0): number => left + right
  expectTypeOf(breaker.wrap(add)).parameters.toEqualTypeOf<Parameters<typeof add>>()
  expectTypeOf(breaker.wrap(add)).returns.toEqualTypeOf<Promise<number>>()
  expectTypeOf(breaker.wrap(add, { fallback: () => null })).returns.toEqualTypeOf<Promise<number | null>>()
  const wrapped = breaker.wrap(add, {
    fallback: (error, { args, outcome, endpoint }) => {
      expectTypeOf(error).toEqualTypeOf<unknown>()
      expectTypeOf(args).toEqualTypeOf<Parameters<typeof add>>()
      expectTypeOf(outcome).toEqualTypeOf<'rejected' | 'timeout' | 'failure'>()
      expectTypeOf(endpoint).toEqualTypeOf<string>()
      return args[0] > 0 ? 'none' : endpoint
    },
  })
  expectTypeOf(wrapped).returns.toEqualTypeOf<Promise<number | string>>()
  expectTypeOf(wrapped).parameters.toEqualTypeOf<Parameters<typeof add>>()
  // Options that are made elsewhere fit every function.
  const options: CallOptions<string> = { fallback: (_, { args }) => `${args.length}` }
  expectTypeOf(breaker.wrap(add, options)).returns.toEqualTypeOf<Promise<number | string>>()
  expectTypeOf(breaker.wrap(add, options)).parameters.toEqualTypeOf<Parameters<typeof add>>()
  // @ts-expect-error: a fallback for other arguments
  breaker.wrap(add, { fallback: (_: unknown, { args }: FallbackContext<[string]>) => args[0] })
  expectTypeOf(breaker.acquire()).toEqualTypeOf<Promise<Permit>>()
}

export function aWrapperMayPassItsOptionsOn<T, F>(registry: Registry, fn: Guarded<T>, options?: CallOptions<F>) {
  expectTypeOf(registry.call('a', fn, options)).toEqualTypeOf<Promise<T | F>>()
}

export function theCodeOfAnErrorTellsItsFields(error: unknown) {
  if (!isBreakerError(error)) return
  expectTypeOf(error).toEqualTypeOf<BreakerError>()
  expectTypeOf(error.message).toEqualTypeOf<string>()
  if (error.code === 'CALL_TIMEOUT') {
    expectTypeOf(error).toEqualTypeOf<CallTimeoutError>()
    expectTypeOf(error.timeoutMs).toEqualTypeOf<number>()
  }
  switch (error.code) {
    case 'BREAKER_OPEN':
      expectTypeOf(error.retryAfterMs).toEqualTypeOf<number | undefined>()
      expectTypeOf(error.reason).toEqualTypeOf<Reason>()
      break
    case 'INVALID_POLICY':
      expectTypeOf(error.mistakes).toEqualTypeOf<readonly Mistake[]>()
      break
    case 'INVALID_ARGUMENT':
    case 'INVALID_CLOCK':
    case 'INVALID_SNAPSHOT':
    case 'REGISTRY_CLOSED':
    case 'REGISTRY_FULL':
    case 'CALL_TIMEOUT':
    case 'CONCURRENCY_LIMIT':
      // @ts-expect-error: only a rejection says when to try again
      error.retryAfterMs
      break
    default:
      // Every code has been named.
      expectTypeOf(error).toEqualTypeOf<never>()
  }
}

export function aCodeMayBeAskedFor(error: unknown, code: ErrorCode) {
  if (isBreakerError(error, 'BREAKER_OPEN')) expectTypeOf(error).toEqualTypeOf<BreakerOpenError>()
  if (isBreakerError(error, code)) expectTypeOf(error).toEqualTypeOf<BreakerError>()
  // @ts-expect-error: no such code
  isBreakerError(error, 'BREAKER_CLOSED')
}

export function aRegistryTakesWhatStoresGive(stored: string | null) {
  createRegistry({ snapshot: stored, activation: 'eager', supervision: { withinMs: '5s' } })
  // @ts-expect-error: 'eager' or 'onDemand'
  createRegistry({ activation: 'lazy' })
  // @ts-expect-error: a forgotten await
  createRegistry({ policy: Promise.resolve({}) })
  // @ts-expect-error: an object by name, not a Map
  createRegistry({ policies: new Map([['a', { failureThreshold: 1 }]]) })
}
