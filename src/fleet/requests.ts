// Requests: the time limit of every request of a link, and the limit of their number. Clients of stores are trusted with
// neither: both of Node's clients for Redis wait for ever by default.
import type { Clock } from '../index.ts'
import { FleetStoreError } from './store-error.ts'

/** A request, as the code that carries it out sees it. */
export interface Request {
  /** It was answered, or the caller gave up: nothing more is to be sent for it. */
  readonly isOver: boolean
}

/** Every link counts its requests. */
export interface Requests {
  /**
   * Starts one, unless too many wait. It settles within the deadline; later answers are ignored.
   * @param start may throw, and may never settle; checks `request` before it does more, because the caller may have given
   *   up
   */
  run<T>(what: string, start: (request: Request) => Promise<T>): Promise<T>
  /** Takes no more requests, and rejects those that wait. */
  close(): void
  readonly isClosed: boolean
  readonly counts: { readonly pending: number; readonly requests: number; readonly deadlineMissed: number }
}

export interface RequestLimits {
  readonly clock: Clock
  readonly deadlineMs: number
  /** How many may be unanswered, including those that the caller gave up. */
  readonly maxPending: number
  /** Called at every end, with whether there was an answer in time. */
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
