// Dashboard: the parts put together, and the handle.

import { hasFunctions } from '../../core/options/index.ts'
import { ArgumentError, type Registry } from '../../index.ts'
import { createApp, respond } from './app.ts'
import { createFeed } from './feed.ts'
import { recordHistory } from './history.ts'
import { createNodeListener, type DashboardServer, type ListenOptions, listen, type NodeListener } from './listen.ts'
import { checkOptions, type DashboardOptions } from './options.ts'
import { type Hello, PROTOCOL } from './protocol.ts'
import { whenClosed } from './when-closed.ts'

/** A live page of the breakers of one registry. Made by `createDashboard`. */
export interface Dashboard {
  /**
   * Answers a Web-standard request: for Hono, and whatever else speaks `fetch`. The path must begin with the `basePath`.
   * The promise rejects if hono is not installed.
   */
  readonly fetch: (request: Request) => Promise<Response>
  /** Answers a request of node:http: for Express, Fastify and your own servers. Needs @hono/node-server. */
  readonly listener: NodeListener
  /**
   * Starts a server of its own, by default for this machine alone, on a free port. It keeps the process running until it is
   * closed.
   * @throws ArgumentError (`INVALID_ARGUMENT`) as a rejection; also the server's error for a port that is in use
   */
  listen(options?: ListenOptions): Promise<DashboardServer>
  /** Tells open pages, ends their streams and the servers of `listen`. The registry goes on. It never rejects. */
  close(): Promise<void>
}

/**
 * A dashboard of this registry: `await createDashboard(registry).listen()`, or mounted in your server. It remembers
 * transitions from now on (50 for each endpoint, 20,000 in all); calls pay nothing for it.
 * @throws ArgumentError (`INVALID_ARGUMENT`)
 */
export function createDashboard(registry: Registry, options: DashboardOptions = {}): Dashboard {
  // By its methods: a registry of the package's other format is of another class.
  if (!hasFunctions(registry, 'changes')) {
    throw new ArgumentError('createDashboard(registry)', 'what createRegistry gives', registry)
  }
  const settings = checkOptions(options)
  const sinceMs = Date.now()
  const startedAt = Math.round(sinceMs - process.uptime() * 1000)
  const hello = (): Hello => ({
    protocol: PROTOCOL,
    title: settings.title,
    pid: process.pid,
    startedAt,
    now: Date.now(),
    controls: settings.token !== null,
    endpoints: registry.list().length,
  })
  const history = recordHistory(registry)
  const feed = createFeed(registry, history, hello)
  const servers = new Set<DashboardServer>()
  const stopWaiting = whenClosed(registry, () => feed.end('registry closed'))
  let app: ReturnType<typeof createApp> | undefined
  let closing: Promise<void> | undefined

  const answer: Parameters<typeof createNodeListener>[0] = async (request, environment) => {
    // Tried again after a failure: the package may have been installed meanwhile.
    app ??= createApp({ registry, settings, history, feed, sinceMs, isClosed: () => closing !== undefined }).catch(
      (error) => {
        app = undefined
        throw error
      },
    )
    return respond(await app, request, environment)
  }
  return {
    async fetch(request) {
      if (typeof Object(request).url !== 'string') {
        throw new ArgumentError('dashboard.fetch(request)', 'a Request', request)
      }
      return answer(request, { listeningOn: null })
    },
    listener: createNodeListener(answer, (error) => registry.report('dashboard', error)),
    async listen(listenOptions = {}) {
      if (closing !== undefined) throw new Error('the dashboard is closed: make another with createDashboard()')
      const server = await listen(answer, settings.basePath, listenOptions)
      servers.add(server)
      return server
    },
    close() {
      closing ??= (async () => {
        stopWaiting()
        history.close()
        feed.end('dashboard closed')
        await Promise.all([...servers].map((server) => server.close()))
      })()
      return closing
    },
  }
}
