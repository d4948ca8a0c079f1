// Requests: the time limit of every request of a link, and the bound of how many there are. Clients of stores are not
// trusted with either: both of Node's for Redis wait for ever by default.
import type { Clock } from '../index.ts'
import { FleetStoreError } from './store-error.ts'

/** A request, for who carries it out. */
export interface Request {
  /** It was answered or given up: nothing more is to be sent for it. */
  readonly isOver: boolean
}

/** Every link counts its requests. */
export interface Requests {
  /**
   * Starts one, unless too many wait. Settles within the deadline; what comes later is nobody's business any more.
   * @param start may throw, and may never settle; asks `request` before it does more, for the caller may have given it up
   */
  run<T>(what: string, start: (request: Request) => Promise<T>): Promise<T>
  /** No more of them; those that wait are rejected. */
  close(): void
  readonly isClosed: boolean
  readonly counts: { readonly pending: number; readonly requests: number; readonly deadlineMissed: number }
}

export interface RequestLimits {
  readonly clock: Clock
  readonly deadlineMs: number
  /** How many may be unanswered, also those that nobody waits for any more. */
  readonly maxPending: number
  /** Told of every end: whether there was an answer in time. */
  onEnd?(isInTime: boolean): void
}

export function newRequests({ clock, deadlineMs, maxPending, onEnd }: RequestLimits): Requests {
  const counts = { pending: 0, requests: 0, deadlineMissed: 0 }
  const waiting = new Set<(error: Error) => void>()
  let isClosed = false

  async function run<T>(what: string, start: (request: Request) => Promise<T>): Promise<T> {
    if (isClosed) throw new FleetStoreError('FLEET_STORE_CLOSED', `${what}: the link was closed`)
    if (counts.pending >= maxPending) {
      throw new FleetStoreError('FLEET_STORE_BUSY', `${what}: ${maxPending} requests wait for answers`)
    }
    counts.requests++
    counts.pending++
    const request = { isOver: false }
    const answer = start(request).finally(() => counts.pending--)
    return new Promise<T>((resolve, reject) => {
      const end = (isInTime: boolean, settle: () => void) => {
        if (!waiting.delete(reject)) return
        request.isOver = true
        clock.clearTimeout(timer)
        if (!isInTime) counts.deadlineMissed++
        settle()
        onEnd?.(isInTime)
      }
      waiting.add(reject)
      const timer = clock.setTimeout(() => {
        const error = new FleetStoreError('FLEET_STORE_DEADLINE', `${what}: no answer within ${deadlineMs} ms`)
        end(false, () => reject(error))
      }, deadlineMs)
      answer.then(
        (value) => end(true, () => resolve(value)),
        (error: unknown) => end(true, () => reject(error)),
      )
    })
  }

  return {
    run,
    close() {
      isClosed = true
      const error = new FleetStoreError('FLEET_STORE_CLOSED', 'the link was closed')
      for (const reject of waiting) {
        waiting.delete(reject)
        reject(error)
      }
    },
    get isClosed() {
      return isClosed
    },
    counts,
  }
}
