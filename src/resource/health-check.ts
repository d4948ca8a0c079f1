// HealthCheck: one look at the resource, by a function that is not ours: it may throw, hang, or answer anything.
import { printable } from '../core/options/index.ts'

/** What a health check is given besides the resource. */
export interface HealthCheckContext {
  /** Aborted when the answer is of no account any more: its time is up, or the breaker has moved. */
  readonly signal: AbortSignal
}

/** Says whether the resource is well: it is not when this throws, rejects, answers `false`, or takes too long. */
export type HealthCheck<R> = (resource: R, context: HealthCheckContext) => unknown

/** What a check came to. */
export interface Finding {
  readonly healthy: boolean
  readonly durationMs: number
  /** Why it is not well. */
  readonly error?: unknown
}

/** Makes a check, and calls it off. */
export interface Examination {
  /** Never rejects. Of a check that is called off, why: it may never end by itself. */
  readonly finding: Promise<Finding>
  /** Aborts its signal; the second time, and after its end, it does nothing. */
  end(reason?: unknown): void
}

export function examine<R>(name: string, check: HealthCheck<R>, resource: R): Examination {
  const startedAt = performance.now()
  const controller = new AbortController()
  const since = () => performance.now() - startedAt
  let isOver = false
  let callOff: (finding: Finding) => void = () => {}
  const calledOff = new Promise<Finding>((resolve) => {
    callOff = resolve
  })
  async function find(): Promise<Finding> {
    try {
      const answer = await check(resource, { signal: controller.signal })
      if (answer !== false) return { healthy: true, durationMs: since() }
      const error = new Error(`the health check of ${printable(JSON.stringify(name))} answered false`)
      return { healthy: false, durationMs: since(), error }
    } catch (error) {
      return { healthy: false, durationMs: since(), error }
    } finally {
      isOver = true
    }
  }
  return {
    finding: Promise.race([find(), calledOff]),
    end(reason) {
      if (isOver) return
      isOver = true
      callOff({ healthy: false, durationMs: since(), error: reason })
      controller.abort(reason)
    },
  }
}

/** Platforms take a longer delay for 1 ms. */
const LONGEST_DELAY_MS = 2 ** 31 - 1

/** The finding, or `late` if there is none in time. */
export async function within(examination: Examination, timeoutMs: number, late: () => Error): Promise<Finding> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const timeUp = new Promise<Finding>((resolve) => {
    timer = setTimeout(
      () => {
        const error = late()
        resolve({ healthy: false, durationMs: timeoutMs, error })
        examination.end(error)
      },
      Math.min(timeoutMs, LONGEST_DELAY_MS),
    )
  })
  try {
    return await Promise.race([examination.finding, timeUp])
  } finally {
    clearTimeout(timer)
  }
}
