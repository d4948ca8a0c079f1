// GuardedStore: a store behind a breaker of our own, so that a store that hangs costs each process one deadline now and
// then, not one for every request. A ping closes the breaker again, never a request that somebody needs.

import { checkOptions, hasFunctions } from '../core/options/index.ts'
import { ArgumentError, type Breaker, type Clock, createRegistry, isBreakerError, type Registry } from '../index.ts'
import { checkLink } from './check-answer.ts'
import type { FleetLink, FleetListener, FleetMember, FleetStore } from './store.ts'
import { FleetStoreError } from './store-error.ts'

/** The options of `guardedStore`. */
export interface GuardedStoreOptions {
  /** The clock of the breaker. Default: the platform's. */
  readonly clock?: Clock | undefined
  /** How long no request is sent after the first failure, in ms; doubles with each ping that fails. Default 100. */
  readonly pause?: number | undefined
  /** The longest pause, in ms. Default 5,000. */
  readonly longestPause?: number | undefined
  /** Called with the breaker of each link when a process joins, for example to show it. */
  readonly onBreaker?: ((breaker: Breaker, registry: Registry) => void) | undefined
}

const NAMES = ['clock', 'pause', 'longestPause', 'onBreaker'] satisfies (keyof GuardedStoreOptions)[]

/**
 * A store whose links pause when it does not answer. The first request that fails opens the breaker of its link; until it
 * is closed, requests are rejected at once with `FLEET_STORE_SUSPENDED`. After the pause one ping is sent, which closes the
 * breaker or doubles the pause. A new connection closes it, too.
 * @throws ArgumentError (`INVALID_ARGUMENT`) for wrong options
 */
export function guardedStore(store: FleetStore, options: GuardedStoreOptions = {}): FleetStore {
  if (!hasFunctions(store, 'join')) throw new ArgumentError('store', 'a store: { join }', store)
  checkOptions('options', options, NAMES)
  const { clock, pause = 100, longestPause = 5_000, onBreaker } = options
  const policy = {
    failureThreshold: 1,
    openTimeout: pause,
    backoff: { factor: 2, max: Math.max(longestPause, pause), jitter: 0.2 },
    successThreshold: 1,
    probes: 'reports',
    // A request that no store could carry out says nothing about this one.
    ignore: { error: (error: unknown) => isBreakerError(error, 'INVALID_ARGUMENT') },
  } as const
  // Once, to refuse wrong options at once.
  void createRegistry({ policy }).close()
  return {
    join(member) {
      const registry = createRegistry({ policy, ...(clock === undefined ? {} : { clock }) })
      const breaker = registry.breaker(`fleet store of ${member.namespace}`)
      // Before there is a link, because it may throw.
      onBreaker?.(breaker, registry)
      return guardedLink(store, member, registry, breaker)
    },
  }
}

function guardedLink(store: FleetStore, member: FleetMember, registry: Registry, breaker: Breaker): FleetLink {
  const link = store.join(member)
  checkLink(link)

  /** A request that is not sent rejects with an error of ours; those of the link pass unchanged. */
  async function ask<T>(what: string, request: () => Promise<T>): Promise<T> {
    try {
      return await breaker.call(request)
    } catch (error) {
      if (isBreakerError(error, 'REGISTRY_CLOSED')) return await request()
      if (!isBreakerError(error, 'BREAKER_OPEN')) throw error
      throw new FleetStoreError('FLEET_STORE_SUSPENDED', `${what}: the store did not answer lately`, error)
    }
  }

  registry.on('transition', ({ to }) => {
    if (to !== 'halfOpen') return
    // The answer may come when the link is closed, and the breaker with it.
    const report = (tell: () => void) => {
      if (!registry.isClosed) tell()
    }
    link.ping().then(
      () => report(() => breaker.recordSuccess()),
      (error: unknown) => report(() => breaker.recordFailure(error)),
    )
  })
  const end = link.subscribe({
    onChanges: () => {},
    onReady: () => breaker.reset(),
    onLost: () => {},
  })

  return {
    report: (reports) => ask('report', () => link.report(reports)),
    acquire: (entry, token) => ask('acquire', () => link.acquire(entry, token)),
    complete: (entry, result) => ask('complete', () => link.complete(entry, result)),
    poll: (poll) => ask('poll', () => link.poll(poll)),
    command: (entry, command) => ask('command', () => link.command(entry, command)),
    ping: () => link.ping(),
    subscribe: (listener: FleetListener) => link.subscribe(listener),
    figures: () => link.figures(),
    async close() {
      end()
      try {
        await link.close()
      } finally {
        await registry.close()
      }
    },
  }
}
