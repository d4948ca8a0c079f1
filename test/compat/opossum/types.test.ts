// What opossum's users have written in TypeScript compiles: the names of the types, what is inferred, what fits where.
import { expectTypeOf, it } from 'vitest'
import CircuitBreaker from '../../../src/compat/opossum/index.ts'

it("knows the action's arguments and result", () => {
  const breaker = new CircuitBreaker(async (id: number, name: string) => `${id} ${name}`)
  expectTypeOf(breaker.fire).parameters.toEqualTypeOf<[id: number, name: string]>()
  expectTypeOf(breaker.fire).returns.toEqualTypeOf<Promise<string>>()
  breaker.on('success', (result, latencyMs) => expectTypeOf([result, latencyMs]).toEqualTypeOf<(string | number)[]>())
  breaker.on('failure', (error, _latencyMs, [id]) => expectTypeOf([error, id]).toEqualTypeOf<(Error | number)[]>())
  breaker.on('an event of my own', () => {})
  breaker.fallback((id: number, name: string, error: RangeError) => [id, name, error])
  breaker.fallback(new CircuitBreaker(async (id: number) => String(id)))
  // @ts-expect-error the id is a number
  breaker.fire('1', 'name').catch(() => {})
  breaker.shutdown()
})

it('lets a breaker of one action be kept as any breaker', () => {
  const one = new CircuitBreaker(async (id: number) => String(id))
  const all: CircuitBreaker[] = [one, new CircuitBreaker(() => Promise.resolve(1))]
  const byName = new Map<string, CircuitBreaker<[number], string>>([['one', one]])
  for (const breaker of [...all, ...byName.values()]) breaker.shutdown()
})

it("has opossum's names for the types of options and figures", () => {
  const options: CircuitBreaker.Options = { timeout: false, errorFilter: (error) => error.statusCode < 500 }
  const breaker = new CircuitBreaker(async (id: number) => id, options)
  expectTypeOf(breaker.status).toEqualTypeOf<CircuitBreaker.Status>()
  expectTypeOf(breaker.stats).toEqualTypeOf<CircuitBreaker.Stats>()
  expectTypeOf(breaker.toJSON().state).toEqualTypeOf<CircuitBreaker.State>()
  expectTypeOf(breaker.status.window).toEqualTypeOf<CircuitBreaker.Window>()
  breaker.status.on('snapshot', ({ fires }) => expectTypeOf(fires).toBeNumber())
  breaker.shutdown()
})
