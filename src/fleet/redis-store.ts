// RedisStore: a fleet's store in Redis or Valkey, by the package `redis`, which is loaded at first use.
import { missingPeer } from '../core/options/index.ts'
import type { Driver } from './redis/driver.ts'
import { newRedisStore, type RedisStoreOptions } from './redis/options.ts'
import { withPushes } from './redis/pushes.ts'
import type { FleetStore } from './store.ts'

export type { RedisStoreOptions } from './redis/options.ts'

/** The part of a `redis` client that is used. */
interface RedisClient {
  on(event: string, listener: (error: Error) => void): unknown
  connect(): Promise<unknown>
  sendCommand(args: readonly string[]): Promise<unknown>
  subscribe(channel: string, listener: (message: string) => void): Promise<unknown>
  destroy?(): void
  /** Of version 4, in place of `destroy`. */
  disconnect(): Promise<void>
  unref(): void
}

interface RedisOptions {
  readonly socket?: object
}

const CONNECT_TIMEOUT_MS = 500

/**
 * Redis (7 or later) or Valkey (7.2 or later), by the package `redis` (4.6 or later), for those who share a server of it. Each link
 * has one connection, for requests and pushes; with redis 4 two. Nothing waits for the server when it is not there: see FleetStoreError.
 * @throws ArgumentError (`INVALID_ARGUMENT`) for wrong options
 */
export function redisStore(options: RedisStoreOptions = {}): FleetStore {
  return newRedisStore(options, async ({ url, options: own, client }, maxPending): Promise<Driver> => {
    const given =
      (client as { readonly options?: RedisOptions } | undefined)?.options ?? (own as RedisOptions | undefined)
    const settings = {
      ...own,
      ...(url === undefined ? {} : { url }),
      // Of which version 4 knows nothing.
      RESP: 3,
      disableOfflineQueue: true,
      commandsQueueMaxLength: 2 * maxPending,
      pingInterval: undefined,
      // The client makes one connection and gives up; the store makes another client then.
      socket: { connectTimeout: CONNECT_TIMEOUT_MS, ...given?.socket, reconnectStrategy: false },
    }
    const makeClient = await clientMaker(client, settings)
    return withPushes(({ onReady, onEnd }) => {
      const made = makeClient()
      made.on('ready', () => {
        // Not before: connecting keeps the process alive until it succeeds or fails.
        made.unref()
        onReady()
      })
      // Without a listener for it the process would end.
      made.on('error', onEnd)
      made.on('end', () => onEnd(new Error('the connection has ended')))
      made.connect().catch(onEnd)
      return {
        send: (args) => made.sendCommand(args),
        subscribe: (channel, onMessage) => made.subscribe(channel, (message) => onMessage(message)),
        // Version 4 rejects for one that was never connected.
        destroy: () => (made.destroy === undefined ? void made.disconnect().catch(() => {}) : made.destroy()),
      }
    })
  })
}

async function clientMaker(client: RedisStoreOptions['client'], settings: object): Promise<() => RedisClient> {
  if (client !== undefined) return () => client.duplicate(settings as never) as RedisClient
  const { createClient } = await import('redis').catch((cause) => missingPeer('redisStore()', ['redis'], cause))
  return () => createClient(settings) as unknown as RedisClient
}
