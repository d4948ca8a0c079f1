// MemoryStore: a fleet's store within one process, for a single process, for demonstrations and for tests. It can lose its
// data, stop, and have its clock set; its messages can be delayed, reordered, doubled and dropped.

import { checkOptions, hasFunctions } from '../core/options/index.ts'
import { ArgumentError, type Clock } from '../index.ts'
import { checkMember } from './check-request.ts'
import { checkDeadline } from './deadline.ts'
import { newMemoryLink } from './memory/link.ts'
import type { MemoryMessage, MemoryPeer, MemoryServer } from './memory/server.ts'
import { finish, newShard, type Operation, type Shard } from './memory/shard.ts'
import { checkClock } from './platform-clock.ts'
import type { FleetStore } from './store.ts'

export type { MemoryMessage } from './memory/server.ts'

/** The options of `memoryStore`. */
export interface MemoryStoreOptions {
  /** The clock of the store and its links. Default: the platform's. */
  readonly clock?: Clock | undefined
  /**
   * How long a request may wait for its answer, in ms. Default 150. Without `carry`, messages take no time and are never
   * late.
   */
  readonly deadline?: number | undefined
  /**
   * Carries messages, for tests. Call `deliver()` when the message arrives: now or later, twice, or never. Default: at
   * once. A push and an answer may overtake each other, as on real networks.
   */
  readonly carry?: ((message: MemoryMessage, deliver: () => void) => void) | undefined
}

/** A store in this process. The registries of one fleet share it. */
export interface MemoryStore extends FleetStore {
  /** Loses all data, as a server that restarts empty. Connections stay. */
  flush(): void
  /** Stops answering, and ends connections. The data stay. */
  stop(): void
  /** Answers again, with the data it has. */
  start(): void
  /** Moves the clock of the store forward, or back, by `ms`, as happens to servers. */
  shiftClock(ms: number): void
}

/**
 * A store in this process. Share it among the registries of one fleet.
 * @throws ArgumentError (`INVALID_ARGUMENT`) for wrong options
 */
export function memoryStore(options: MemoryStoreOptions = {}): MemoryStore {
  checkOptions('options', options, ['clock', 'deadline', 'carry'])
  const clock = checkClock('options.clock', options.clock)
  const deadlineMs = checkDeadline(options.deadline)
  const { carry = (_, deliver) => deliver() } = options
  if (!hasFunctions({ carry }, 'carry')) throw new ArgumentError('options.carry', 'a function', carry)
  const shards = new Map<string, Shard>()
  const links = new Set<MemoryPeer>()
  let isRunning = true
  let aheadMs = 0
  let losses = 0

  const server: MemoryServer = {
    get isRunning() {
      return isRunning
    },
    clock,
    deadlineMs,
    carry,
    links,
    // Whole ms, like the clock of the scripts.
    now: () => Math.floor(clock.now() + aheadMs),
    operation(namespace, instance, isLate, act) {
      const now = server.now()
      const shard = shards.get(namespace) ?? newShard(losses)
      shards.set(namespace, shard)
      const operation: Operation = { shard, now, instance, isLate, changed: new Set() }
      const result = act(operation)
      const changes = finish(operation)
      if (changes.length > 0) for (const link of links) if (link.namespace === namespace) link.push(changes)
      return result
    },
  }

  return {
    isLocal: true,
    join: (member) => newMemoryLink(server, checkMember(member)),
    flush() {
      shards.clear()
      losses++
    },
    stop() {
      isRunning = false
      for (const link of links) link.disconnect()
    },
    start() {
      isRunning = true
      for (const link of links) link.connect()
    },
    shiftClock(ms) {
      aheadMs += ms
    },
  }
}
