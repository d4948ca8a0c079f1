// Connector: keeps one connection, of one client after another. Whatever goes wrong with one ends in the same way: it is
// thrown away, and the next is made after a pause, which grows while none succeeds.
import type { Connection, Driver } from './driver.ts'

const FIRST_PAUSE_MS = 50
const LONGEST_PAUSE_MS = 1_000
/** A server that hangs accepts connections and does not answer. */
const READY_WITHIN_MS = 2_000

export interface ConnectorEvents {
  /** The connection answers; a rejection ends it. */
  prepare(connection: Connection): Promise<void>
  onUp(): void
  /** Once for each time it was up, and for the first one that could not be made. */
  onDown(error: Error): void
}

export interface Connector {
  /** The present connection. */
  readonly current: Connection | null
  readonly connections: number
  /** Throws the connection away and makes another. */
  renew(error: Error): void
  destroy(): void
}

export function newConnector(load: () => Promise<Driver>, { prepare, onUp, onDown }: ConnectorEvents): Connector {
  let driver: Driver | undefined
  let connection: Connection | null = null
  let isUp = false
  let isDestroyed = false
  let isKnownDown = false
  let failures = 0
  let connections = 0
  let timer: NodeJS.Timeout | undefined

  const later = (fn: () => void, ms: number) => {
    clearTimeout(timer)
    timer = setTimeout(fn, ms).unref()
  }

  function start(): void {
    if (driver === undefined) {
      load().then((loaded) => {
        driver = loaded
        if (!isDestroyed) connect(loaded)
      }, end)
    } else connect(driver)
  }

  function connect(open: Driver): void {
    let isOver = false
    const fail = (error: unknown) => {
      if (isOver) return
      isOver = true
      end(error)
    }
    later(() => fail(new Error(`no connection within ${READY_WITHIN_MS} ms`)), READY_WITHIN_MS)
    try {
      const made: Connection = open({
        onReady() {
          if (isOver) return
          Promise.resolve(made)
            .then(prepare)
            .then(() => {
              if (isOver || isDestroyed || connection !== made) return
              clearTimeout(timer)
              connections++
              failures = 0
              isUp = true
              isKnownDown = false
              onUp()
            })
            .catch(fail)
        },
        onEnd: fail,
      })
      connection = made
    } catch (error) {
      fail(error)
    }
  }

  function end(reason: unknown): void {
    if (isDestroyed) return
    const error = reason instanceof Error ? reason : new Error(String(reason))
    isUp = false
    drop()
    // Half of it is random: many processes have lost the same server.
    const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** failures++, LONGEST_PAUSE_MS)
    later(start, pauseMs * (0.5 + Math.random() / 2))
    if (isKnownDown) return
    isKnownDown = true
    onDown(error)
  }

  function drop(): void {
    try {
      connection?.destroy()
    } catch {
      // A client that was never connected has nothing to end, and throws.
    }
    connection = null
  }

  start()
  return {
    get current() {
      return isUp ? connection : null
    },
    get connections() {
      return connections
    },
    renew: end,
    destroy() {
      isDestroyed = true
      isUp = false
      clearTimeout(timer)
      drop()
    },
  }
}
