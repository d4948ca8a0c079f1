// IoredisStore: a fleet's store in Redis or Valkey, by the package `ioredis`.
import { missingPeer } from '../core/options/index.ts'
import type { Driver } from './redis/driver.ts'
import { newRedisStore, type RedisStoreOptions } from './redis/options.ts'
import { withPushes } from './redis/pushes.ts'
import type { FleetStore } from './store.ts'

/** The part of an `ioredis` client that is used. */
interface IoredisClient {
  on(event: string, listener: (...args: never[]) => void): unknown
  connect(): Promise<unknown>
  call(command: string, ...args: string[]): Promise<unknown>
  subscribe(channel: string): Promise<unknown>
  disconnect(reconnect?: boolean): void
  readonly stream?: { unref?: () => void }
}

const CONNECT_TIMEOUT_MS = 500

/**
 * As `redisStore`, by the package `ioredis` (5.3 or later; 5 has a second connection, for pushes).
 * @throws ArgumentError (`INVALID_ARGUMENT`) for wrong options
 */
export function ioredisStore(options: RedisStoreOptions = {}): FleetStore {
  return newRedisStore(options, async ({ url, options: own, client }): Promise<Driver> => {
    const settings = {
      connectTimeout: CONNECT_TIMEOUT_MS,
      ...own,
      protocol: 3,
      replyMapping: 'legacy',
      lazyConnect: true,
      enableOfflineQueue: false,
      enableReadyCheck: false,
      autoResubscribe: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      keyPrefix: '',
      // The client makes one connection and gives up; the store makes another client then.
      retryStrategy: () => null,
      reconnectOnError: null,
    }
    const makeClient = await clientMaker(client, url, settings)
    return withPushes(({ onReady, onEnd }) => {
      const made = makeClient()
      made.on('ready', () => {
        made.stream?.unref?.()
        onReady()
      })
      made.on('error', onEnd)
      made.on('end', () => onEnd(new Error('the connection has ended')))
      made.connect().catch(onEnd)
      return {
        send: ([command = '', ...args]) => made.call(command, ...args),
        subscribe(channel, onMessage) {
          made.on('message', (_: string, message: string) => onMessage(message))
          return made.subscribe(channel)
        },
        destroy: () => made.disconnect(),
      }
    })
  })
}

async function clientMaker(
  client: RedisStoreOptions['client'],
  url: string | undefined,
  settings: object,
): Promise<() => IoredisClient> {
  if (client !== undefined) return () => client.duplicate(settings as never) as IoredisClient
  const { Redis } = await import('ioredis').catch((cause) => missingPeer('ioredisStore()', ['ioredis'], cause))
  return () => (url === undefined ? new Redis(settings) : new Redis(url, settings)) as unknown as IoredisClient
}
