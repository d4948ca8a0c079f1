// MemoryServer: what links see of a store in memory, and the store of its links.
import type { Clock } from '../../index.ts'
import type { FleetChange } from '../record.ts'
import type { Operation } from './shard.ts'

/** A message between a process and the store. */
export interface MemoryMessage {
  /** The process. */
  readonly instance: string
  /** Whether it goes to the store, is an answer, or a push. */
  readonly kind: 'request' | 'answer' | 'push'
  /** The kind of the message: `report`, `acquire`, …; `changes` for a push. */
  readonly what: string
}

/** The store, as links see it. */
export interface MemoryServer {
  readonly isRunning: boolean
  readonly clock: Clock
  readonly deadlineMs: number
  readonly carry: (message: MemoryMessage, deliver: () => void) => void
  now(): number
  /** Carries out a request in one go, and pushes what it changed. */
  operation<T>(namespace: string, instance: string, isLate: boolean, act: (operation: Operation) => T): T
  /** Links that get pushes, and events of the connection. */
  readonly links: Set<MemoryPeer>
}

export interface MemoryPeer {
  readonly namespace: string
  readonly instance: string
  push(changes: readonly FleetChange[]): void
  connect(): void
  disconnect(): void
}
