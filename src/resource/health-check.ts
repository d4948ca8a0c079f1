// HealthCheck: one check of the resource, by the user's function: it may throw, hang, or answer anything.
import { printable } from '../core/options/index.ts'

/** What a health check receives besides the resource. */
export interface HealthCheckContext {
  /** Aborted when the answer is not needed any more: the check's time is up, or the breaker has moved. */
  readonly signal: AbortSignal
}

/** Checks the resource. It is not well if this throws, rejects, returns `false`, or takes too long. */
export type HealthCheck<R> = (resource: R, context: HealthCheckContext) => unknown

/** The result of a check. */
export interface Finding {
  readonly healthy: boolean
  readonly durationMs: number
  /** Why it is not well. */
  readonly error?: unknown
}

/** Makes a check, and cancels it. */
export interface Examination {
  /** Never rejects. If the check is cancelled, the result says why: the check itself may never end. */
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
