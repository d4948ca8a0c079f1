// What both Redis stores take, and its check.

import { checkCount, checkOptions, hasFunctions } from '../../core/options/index.ts'
import { ArgumentError } from '../../index.ts'
import { checkMember } from '../check-request.ts'
import { checkDeadline } from '../deadline.ts'
import type { FleetStore } from '../store.ts'
import type { Driver } from './driver.ts'
import { newRedisLink } from './link.ts'

/** What `redisStore` and `ioredisStore` take: one of `url`, `options` and `client`, or nothing for `localhost:6379`. */
export interface RedisStoreOptions {
  /** As `redis://user:password@host:6379/0`, or `rediss://…` for TLS. */
  readonly url?: string | undefined
  /**
   * For the client, as it takes them: `username`, `password`, TLS, `database` and so on, also beside `url`. Its queues, time limits and
   * reconnecting are the store's own business.
   */
  readonly options?: object | undefined
  /** A client to take the options of. It is not used itself: the store has a connection of its own. */
  readonly client?: { duplicate(overrides?: never): unknown } | undefined
  /** How long a request may wait for its answer, in ms. Default 150. */
  readonly deadline?: number | undefined
  /** How many requests may be without an answer at a time. Default 1,000. */
  readonly maxPending?: number | undefined
  /** How many times a second changes are pushed, all of one request together; what is more comes with polls. Default 10. */
  readonly maxPushes?: number | undefined
}

const NAMES = ['url', 'options', 'client', 'deadline', 'maxPending', 'maxPushes'] satisfies (keyof RedisStoreOptions)[]

/** @param driverOf loads the client's package, unless a client was given, and says how to make connections */
export function newRedisStore(
  options: RedisStoreOptions,
  driverOf: (options: RedisStoreOptions, maxPending: number) => Promise<Driver>,
): FleetStore {
  checkOptions('options', options, NAMES)
  const { url, client } = options
  if (url !== undefined && (typeof url !== 'string' || !URL.canParse(url))) {
    throw new ArgumentError('options.url', "a URL, as 'redis://localhost:6379'", url)
  }
  if (options.options !== undefined && (typeof options.options !== 'object' || options.options === null)) {
    throw new ArgumentError('options.options', 'an object of options of the client', options.options)
  }
  if (client !== undefined && !hasFunctions(client, 'duplicate')) {
    throw new ArgumentError('options.client', 'a client with duplicate()', client)
  }
  if (client !== undefined && (url !== undefined || options.options !== undefined)) {
    throw new ArgumentError('options.client', 'no client beside url or options', client)
  }
  const deadlineMs = checkDeadline(options.deadline)
  const maxPending = checkCount('options.maxPending', options.maxPending, 1_000)
  const maxPushes = checkCount('options.maxPushes', options.maxPushes, 10)
  const load = () => driverOf(options, maxPending)
  return { join: (member) => newRedisLink({ load, deadlineMs, maxPending, maxPushes }, checkMember(member)) }
}
