// Bulkheads: which of them refuse calls, for the log. Each refusal is an event; here a run of refusals is two lines,
// however many calls it has: when it begins, and when none has been refused for a while and there are free slots again.
import type { Registry, RegistryEvents } from '../../index.ts'

/** Callbacks for a bulkhead that refuses calls. What they throw or reject with is an `error` event. */
export interface BulkheadLog {
  begins(event: RegistryEvents['limited']): unknown
  /** `refused`: how many calls. */
  ends(endpoint: string, refused: number): unknown
}

/** In this time at most one line is written for the beginning of a run, and one for its end. */
export const QUIET_MS = 10_000

interface Run {
  refused: number
  /** Its state at the last check. */
  seen: number
}

/** Returns the function that ends it. */
export function logBulkheads(registry: Registry, log: BulkheadLog): () => void {
  const runs = new Map<string, Run>()
  let timer: ReturnType<typeof setTimeout> | undefined

  function lookLater(): void {
    if (timer !== undefined || runs.size === 0) return
    timer = setTimeout(look, QUIET_MS)
    // A line in the log is no reason to keep the process alive.
    const { unref } = Object(timer) as { unref?: () => void }
    unref?.call(timer)
  }

  function look(): void {
    timer = undefined
    if (registry.isClosed) return
    for (const [endpoint, run] of runs) {
      const { seen, refused } = run
      run.seen = refused
      if (seen !== refused || isFull(registry, endpoint)) continue
      runs.delete(endpoint)
      void tell(endpoint, () => log.ends(endpoint, refused))
    }
    lookLater()
  }

  /** Not called by the registry, so a logger that throws must be caught here. */
  async function tell(endpoint: string, code: () => unknown): Promise<void> {
    try {
      await code()
    } catch (error) {
      registry.report('listener', error, endpoint)
    }
  }

  const ends = [
    registry.on('limited', (event) => {
      const run = runs.get(event.endpoint)
      if (run !== undefined) {
        run.refused++
        return undefined
      }
      runs.set(event.endpoint, { refused: 1, seen: 0 })
      lookLater()
      return log.begins(event)
    }),
    registry.on('deleted', ({ endpoint }) => {
      runs.delete(endpoint)
    }),
  ]
  return () => {
    clearTimeout(timer)
    runs.clear()
    for (const end of ends) end()
  }
}

/** Whether it would refuse a call: then there were just no calls. */
function isFull(registry: Registry, endpoint: string): boolean {
  if (!registry.has(endpoint)) return false
  const { admits, refusedBy } = registry.breaker(endpoint).admission()
  return admits === 'none' && refusedBy === 'bulkhead'
}
