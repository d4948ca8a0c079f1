// Effect's CircuitBreaker, with the store in memory: reads the clock when called; one probe at a time.
import type { Library, Mistake, Breaker as Running, Settings } from '../library.ts'
import { importPeer } from '../peer.ts'

type Effect = { readonly pipe: (...steps: unknown[]) => Effect }

interface EffectModule {
  readonly Effect: {
    tryPromise(options: { try: () => Promise<unknown>; catch: (error: unknown) => unknown }): Effect
    runPromise(effect: Effect): Promise<unknown>
    runSync(effect: unknown): unknown
    provide(effect: Effect, layer: unknown): Effect
    timeout(effect: Effect, duration: string): Effect
    provideService(effect: Effect, tag: unknown, service: unknown): Effect
  }
  readonly Scope: { readonly Scope: unknown; makeUnsafe(): unknown }
}

interface Breaker {
  execute(effect: Effect, options: object): Effect
  state(key: string): unknown
}

interface Persistence {
  readonly CircuitBreaker: {
    make(options: object): Effect
    consecutive(failures: number): object
    layerStoreMemory(): unknown
    readonly success: object
  }
}

const KEY = 'endpoint'
const STATES: Readonly<Record<string, string>> = { Closed: 'closed', Open: 'open', HalfOpen: 'halfOpen' }

async function create(failures: number, openMs: number) {
  const { Effect, Scope } = await importPeer<EffectModule>('effect')
  const { CircuitBreaker } = await importPeer<Persistence>('effect/persistence')
  const made = CircuitBreaker.make({ tripPolicy: CircuitBreaker.consecutive(failures), openDuration: openMs })
  const scoped = Effect.provideService(made, Scope.Scope, Scope.makeUnsafe())
  const breaker = (await Effect.runPromise(Effect.provide(scoped, CircuitBreaker.layerStoreMemory()))) as Breaker
  return { breaker, Effect, success: CircuitBreaker.success }
}

/** Asks the filter of errors only, as the others do. */
function classifierOf({ filter }: Settings, success: object) {
  if (filter === undefined) return {}
  return { classify: ({ _tag }: { _tag: string }) => (_tag === 'Success' ? success : filter()) }
}

async function startWith(failures: number, openMs: number, settings?: Settings): Promise<Running> {
  const { breaker, Effect, success } = await create(failures, openMs)
  const options = { key: KEY, ...(settings && classifierOf(settings, success)) }
  return {
    run(fn) {
      const call = Effect.tryPromise({ try: async () => fn(), catch: (error) => error })
      const timed = settings?.callTimeout ? Effect.timeout(call, '10 seconds') : call
      return Effect.runPromise(breaker.execute(timed, options))
    },
    state: () => STATES[(Effect.runSync(breaker.state(KEY)) as { _tag: string })._tag],
  }
}

const accepts = (says: string, make: () => Promise<Running>, lasts?: Mistake['lasts']): Mistake => ({
  says,
  ...(lasts && { lasts }),
  make,
})

export const effect: Library = {
  name: 'Effect CircuitBreaker',
  packageName: 'effect',
  needsNewerNode: false,
  configuredAs: '`CircuitBreaker.make({ tripPolicy: consecutive(n), openDuration })` with `layerStoreMemory()`',
  policies: [
    { failureThreshold: 1, openTimeout: 30_000, halfOpenMaxCalls: 1, successThreshold: 1 },
    { failureThreshold: 2, openTimeout: 30_000, halfOpenMaxCalls: 1, successThreshold: 1 },
  ],
  isLazy: true,
  callTimeout: '`Effect.timeout` inside, as its documents advise; here 10 s',
  notOffered: {
    window: 'its rate is over calls, not over time',
    sync: 'it runs effects: what a function throws is an effect’s failure before the breaker sees it',
    listener: 'its transitions are a stream',
  },
  byDesign: {
    'the filter throws': 'its documents: if `classify` throws, the outcome is ignored and the call dies',
  },
  remarks: { wall: 'its documents: it uses `Clock`, which is the wall clock unless you provide another' },
  start: (settings) => startWith(settings.failureThreshold, settings.openTimeoutMs, settings),
  mistakes: [
    accepts('consecutive(NaN)', () => startWith(Number.NaN, 30_000)),
    accepts('consecutive(-1)', () => startWith(-1, 30_000)),
    accepts('consecutive(Infinity)', () => startWith(Number.POSITIVE_INFINITY, 30_000)),
    accepts('openDuration NaN', () => startWith(1, Number.NaN)),
    accepts('openDuration -1', () => startWith(1, -1)),
    accepts('openDuration Infinity', () => startWith(1, Number.POSITIVE_INFINITY), 'open'),
  ],
}
