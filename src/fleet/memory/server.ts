// MemoryServer: what links see of a store in memory, and it of them.
import type { Clock } from '../../index.ts'
import type { FleetChange } from '../record.ts'
import type { Operation } from './shard.ts'

/** Something on its way between a process and the store. */
export interface MemoryMessage {
  /** The process. */
  readonly instance: string
  /** Whether it goes to the store, comes back, or was not asked for. */
  readonly kind: 'request' | 'answer' | 'push'
  /** What is asked or answered: `report`, `acquire`, …; `changes` of a push. */
  readonly what: string
}

/** What links see of the store. */
export interface MemoryServer {
  readonly isRunning: boolean
  readonly clock: Clock
  readonly deadlineMs: number
  readonly carry: (message: MemoryMessage, deliver: () => void) => void
  now(): number
  /** Does a request in one go, and pushes what it changed. */
  operation<T>(namespace: string, instance: string, isLate: boolean, act: (operation: Operation) => T): T
  /** Links that hear pushes, and of the connection. */
  readonly links: Set<MemoryPeer>
}

export interface MemoryPeer {
  readonly namespace: string
  readonly instance: string
  push(changes: readonly FleetChange[]): void
  connect(): void
  disconnect(): void
}
