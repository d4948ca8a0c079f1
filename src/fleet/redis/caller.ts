// Caller: what the requests of a link need: the connection with its watchdog, scripts by their digests, the send times, and
// the listeners for pushes.
import type { CheckedMember } from '../check-request.ts'
import { maxAgeMs } from '../deadline.ts'
import { platformClock as clock } from '../platform-clock.ts'
import type { FleetChange } from '../record.ts'
import { newRequests, type Request } from '../requests.ts'
import { newServerTime } from '../server-time.ts'
import type { FleetLinkFigures, FleetListener } from '../store.ts'
import { FleetStoreError } from '../store-error.ts'
import { type Connector, newConnector } from './connector.ts'
import type { Connection, Driver } from './driver.ts'
import { type Keys, newKeys } from './keys.ts'
import { listOf, numberOf, pushOf, timeOf } from './replies.ts'
import type { Script } from './scripts.ts'

/** One may be bad luck. After two in a row the connection is as good as dead, whatever its client thinks. */
const MOST_MISSES = 2

export interface CallerOptions {
  readonly load: () => Promise<Driver>
  readonly deadlineMs: number
  readonly maxPending: number
  readonly maxPushes: number
}

export interface Caller {
  readonly keys: Keys
  /** A request with its deadline. */
  run<T>(what: string, start: (request: Request) => Promise<T>): Promise<T>
  send(args: readonly string[]): Promise<unknown>
  /** What a script answers, without the time and whether it was late. */
  evaluate(
    request: Request,
    script: Script,
    keys: readonly string[],
    args: readonly string[],
  ): Promise<readonly unknown[]>
  /** Counts the figures that are kept about changes. */
  noted(changes: FleetChange[]): FleetChange[]
  subscribe(listener: FleetListener): () => void
  figures(): FleetLinkFigures
  close(): Promise<void>
}

export function newCaller(options: CallerOptions, { namespace, instance, liveForMs }: CheckedMember): Caller {
  const { load, deadlineMs, maxPending, maxPushes } = options
  const keys = newKeys(namespace)
  const time = newServerTime(deadlineMs)
  const listeners = new Set<FleetListener>()
  const counts = { refused: 0, repaired: 0, late: 0, pushed: 0 }
  let pushError: string | null = null
  let misses = 0

  const requests = newRequests({
    clock,
    deadlineMs,
    maxPending,
    onEnd(isInTime) {
      misses = isInTime ? 0 : misses + 1
      if (misses < MOST_MISSES || connector.current === null) return
      misses = 0
      connector.renew(new Error(`${MOST_MISSES} requests in a row had no answer within ${deadlineMs} ms`))
    },
  })

  const connector: Connector = newConnector(load, {
    async prepare(connection) {
      const sentAt = clock.now()
      const reply = await connection.send(['TIME'])
      time.learn(sentAt, clock.now(), timeOf(reply))
      await connection.subscribe(keys.channel, hear).then(
        () => {
          pushError = null
        },
        (error: unknown) => {
          pushError = String(error)
        },
      )
    },
    onUp() {
      misses = 0
      for (const listener of listeners) listener.onReady()
    },
    onDown(error) {
      for (const listener of listeners) listener.onLost(error)
    },
  })

  function hear(message: string): void {
    if (requests.isClosed) return
    try {
      const changes = pushOf(message)
      counts.pushed += changes.length
      for (const listener of listeners) listener.onChanges(changes)
    } catch {
      counts.refused++
    }
  }

  function connected(): Connection {
    if (connector.current !== null) return connector.current
    throw new FleetStoreError('FLEET_STORE_OFFLINE', 'there is no connection to the store now')
  }

  async function send(args: readonly string[]): Promise<unknown> {
    const connection = connected()
    try {
      return await connection.send(args)
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      throw new FleetStoreError('FLEET_STORE_FAILED', `the store answered: ${message}`, error)
    }
  }

  async function call(request: Request, { sha, text }: Script, args: readonly string[]): Promise<readonly unknown[]> {
    try {
      return listOf(await send(['EVALSHA', sha, ...args]))
    } catch (error) {
      // A server that was restarted, promoted or flushed does not know it; sent as text once, it does.
      const { cause } = error as FleetStoreError
      if (request.isOver || !(cause instanceof Error) || !cause.message.startsWith('NOSCRIPT')) throw error
      return listOf(await send(['EVAL', text, ...args]))
    }
  }

  async function attempt(request: Request, script: Script, own: readonly string[], args: readonly string[]) {
    const sentAt = clock.now()
    const sentAtServer = Math.round(time.at(sentAt) ?? 0)
    const all = [...keys.common, ...own]
    const settings = [instance, sentAtServer, maxAgeMs(deadlineMs), liveForMs, maxPushes, keys.channel].map(String)
    const [serverMs, late, ...answer] = await call(request, script, [String(all.length), ...all, ...settings, ...args])
    time.learn(sentAt, clock.now(), numberOf(serverMs))
    return { isLate: numberOf(late) === 1, answer }
  }

  return {
    keys,
    run: (what, start) =>
      requests.run(what, async (request) => {
        try {
          return await start(request)
        } catch (error) {
          if (error instanceof FleetStoreError && error.code === 'FLEET_STORE_LIED') counts.refused++
          throw error
        }
      }),
    send,
    async evaluate(request, script, own, args) {
      let { isLate, answer } = await attempt(request, script, own, args)
      // Perhaps only the server's clock was set; its present time is known from the answer.
      if (isLate && !request.isOver) ({ isLate, answer } = await attempt(request, script, own, args))
      if (!isLate) return answer
      counts.late++
      throw new FleetStoreError('FLEET_STORE_LATE', 'the store got it too late, and did nothing')
    },
    noted(changes) {
      for (const { isRepaired, isViewRefused } of changes) {
        if (isRepaired) counts.repaired++
        if (isViewRefused) counts.refused++
      }
      return changes
    },
    subscribe(listener) {
      listeners.add(listener)
      if (connector.current !== null) listener.onReady()
      return () => listeners.delete(listener)
    },
    figures: () => ({
      isUp: connector.current !== null,
      ...requests.counts,
      ...counts,
      connections: connector.connections,
      pushError,
    }),
    async close() {
      if (requests.isClosed) return
      await requests.run('leave', () => send(['ZREM', keys.live, instance])).catch(() => {})
      requests.close()
      connector.destroy()
      listeners.clear()
    },
  }
}
