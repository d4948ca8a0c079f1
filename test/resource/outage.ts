// An outage as users see it: they call all the time while the server is killed and comes back.
import { setTimeout as pause } from 'node:timers/promises'
import { expect, vi } from 'vitest'
import type { RegistryEvents } from '../../src/index.ts'
import { type Resource, ResourceUnavailableError } from '../../src/resource/index.ts'
import type { Database } from '../support/databases.ts'

/** Short waits, for the sake of the test. */
export const SHORT = { initialDelay: '40ms', maxDelay: '150ms', checkTimeout: '500ms' } as const

export interface Outage {
  /** Calls that reached the resource between opening and the server's being back. */
  readonly ranWhileDown: number
  /** Calls that reached the resource between opening and closing. */
  readonly ranUntilClosed: number
  /** States in order, with when each was entered in ms since the server was back. */
  readonly moves: readonly { readonly to: string; readonly atMs: number }[]
  /** How many callers got ResourceUnavailableError, and with what reason the first. */
  readonly unavailable: readonly ResourceUnavailableError[]
}

const WAIT = { timeout: 8_000, interval: 5 }

/** The server dies while it is in use, and comes back. Returns when users are served again. */
export async function suffer<R>(db: Resource<R>, query: (resource: R) => Promise<unknown>, server: Database) {
  const users = useAllTheTime(db, query)
  let backAt = Number.POSITIVE_INFINITY
  let ranAtOpening = 0
  let ranAtClosing = 0
  const moves: { to: string; at: number }[] = []
  const unsubscribe = db.breaker.on('transition', ({ from, to }: RegistryEvents['transition']) => {
    moves.push({ to, at: performance.now() })
    if (from === 'closed') ranAtOpening = users.ran
    if (to === 'closed') ranAtClosing = users.ran
  })
  try {
    await vi.waitUntil(() => users.served > 5, WAIT)
    await server.kill()
    await vi.waitUntil(() => users.unavailable.length > 5, WAIT)
    expect(db.breaker.state).not.toBe('closed')
    const ranWhileDown = users.ran - ranAtOpening
    await server.start()
    backAt = performance.now()
    const { served } = users
    await vi.waitUntil(() => users.served > served + 5 && db.breaker.state === 'closed', WAIT)
    const outage: Outage = {
      ranWhileDown,
      ranUntilClosed: ranAtClosing - ranAtOpening,
      moves: moves.map(({ to, at }) => ({ to, atMs: at - backAt })),
      unavailable: users.unavailable,
    }
    return outage
  } finally {
    unsubscribe()
    await users.leave()
  }
}

function useAllTheTime<R>(db: Resource<R>, query: (resource: R) => Promise<unknown>) {
  const users = { ran: 0, served: 0, unavailable: [] as ResourceUnavailableError[], leave }
  let isOver = false
  const going = go()
  async function go() {
    while (!isOver) {
      try {
        await db.execute((resource) => {
          users.ran++
          return query(resource)
        })
        users.served++
      } catch (error) {
        if (error instanceof ResourceUnavailableError) users.unavailable.push(error)
      }
      await pause(3)
    }
  }
  async function leave() {
    isOver = true
    await going
  }
  return users
}
