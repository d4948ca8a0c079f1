// HealthChecks: functions of the user that are called again and again; if one throws, at once or later, that is a failed
// check.

const DEFAULT_INTERVAL_MS = 5_000
/** setInterval takes a longer time for 1 ms. */
const LONGEST_MS = 2 ** 31 - 1

export class HealthChecks {
  readonly #onFailed: (error: Error) => void
  readonly #timers: NodeJS.Timeout[] = []
  #isStopped = false

  constructor(onFailed: (error: Error) => void) {
    this.#onFailed = onFailed
  }

  start(check: () => unknown, interval: number | undefined): void {
    const intervalMs = Number(interval || DEFAULT_INTERVAL_MS)
    if (!(intervalMs > 0 && intervalMs <= LONGEST_MS)) throw new TypeError('Health check interval must be a number')
    if (this.#isStopped) return
    const run = async () => {
      try {
        await check()
      } catch (error) {
        this.#onFailed(error as Error)
      }
    }
    const timer = setInterval(run, intervalMs)
    timer.unref()
    this.#timers.push(timer)
    void run()
  }

  stop(): void {
    this.#isStopped = true
    for (const timer of this.#timers) clearInterval(timer)
  }
}
