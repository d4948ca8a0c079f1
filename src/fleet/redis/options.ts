// The options of both Redis stores, and their check.

import { checkCount, checkOptions, hasFunctions } from '../../core/options/index.ts'
import { ArgumentError } from '../../index.ts'
import { checkMember } from '../check-request.ts'
import { checkDeadline } from '../deadline.ts'
import type { FleetStore } from '../store.ts'
import type { Driver } from './driver.ts'
import { newRedisLink } from './link.ts'

/** The options of `redisStore` and `ioredisStore`: one of `url`, `options` and `client`, or none for `localhost:6379`. */
export interface RedisStoreOptions {
  /** For example `redis://user:password@host:6379/0`, or `rediss://…` for TLS. */
  readonly url?: string | undefined
  /**
   * Options of the client: `username`, `password`, TLS, `database` and so on, also beside `url`. The store itself takes
   * care of queues, time limits and reconnecting.
   */
  readonly options?: object | undefined
  /** A client whose options are used. The client itself is not: the store has a connection of its own. */
  readonly client?: { duplicate(overrides?: never): unknown } | undefined
  /** How long a request may wait for its answer, in ms. Default 150. */
  readonly deadline?: number | undefined
  /** How many requests may be unanswered at a time. Default 1,000. */
  readonly maxPending?: number | undefined
  /** How many pushes there may be per second, one for all changes of a request. The rest comes with polls. Default 10. */
  readonly maxPushes?: number | undefined
}

const NAMES = ['url', 'options', 'client', 'deadline', 'maxPending', 'maxPushes'] satisfies (keyof RedisStoreOptions)[]

/** @param driverOf loads the client's package, unless a client was given, and returns how to make connections */
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
