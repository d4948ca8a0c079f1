// App: the routes of the dashboard, who may use them, and the answers to those who may not.
import type { Hono } from 'hono'
import type { Registry } from '../../index.ts'
import { applyPolicy, carryOut, previewPolicy } from './control.ts'
import { detailOf, existing } from './detail.ts'
import type { Feed } from './feed.ts'
import { fileResponse } from './files.ts'
import { type Address, hasToken, isHostAllowed, isOfSameOrigin } from './guard.ts'
import { secure } from './headers.ts'
import type { History } from './history.ts'
import type { Settings } from './options.ts'
import { loadHono } from './peers.ts'
import { PATHS } from './protocol.ts'
import { controlBody, policyBody, Refusal, readBody, refusalOf } from './requests.ts'

/** More pages than anybody opens; each costs a quarter of a megabyte at most. */
const MOST_WATCHERS = 100

/** The base path without its slash, and what is not below it. A path of a URL has no space. */
const BASE = '/ '
const ELSEWHERE = '/ elsewhere'

/** What a dashboard is made of. */
export interface Parts {
  readonly registry: Registry
  readonly settings: Settings
  readonly history: History
  readonly feed: Feed
  /** When the history began, in ms since 1970. */
  readonly sinceMs: number
  /** Whether the dashboard was closed, while a server it is mounted in goes on. */
  readonly isClosed: () => boolean
}

/** What the server adds to each request. */
export interface Environment {
  /** Where our own server listens; `null` where the dashboard is mounted in another. */
  readonly listeningOn: Address | null
}

type App = Hono<{ Bindings: Environment }>

/** @throws Error where hono is not installed */
export async function createApp(parts: Parts): Promise<App> {
  const { settings, isClosed } = parts
  const { Hono } = await loadHono()
  const app: App = new Hono({ getPath: (request) => pathOf(request.url, settings.basePath) })

  app.use(async ({ req, env }, next) => {
    if (!isHostAllowed(hostOf(req.raw), settings.allowedHosts, env.listeningOn)) {
      throw new Refusal(
        403,
        'forbidden',
        "this dashboard does not answer to that host name; if it shall, name the host in createDashboard's allowedHosts",
      )
    }
    await next()
  })
  app.use('/api/*', async ({ req }, next) => {
    // The stream says so itself.
    if (isClosed() && req.path !== `/${PATHS.stream}`) throw new Refusal(503, 'closed', 'the dashboard is closed')
    if (!isOfSameOrigin(req.raw.headers, hostOf(req.raw))) {
      throw new Refusal(403, 'forbidden', 'pages of other sites may not use this dashboard')
    }
    await next()
  })
  addPage(app, settings.basePath)
  addReading(app, parts)
  addControls(app, parts)

  app.notFound(({ req }) => {
    const where = settings.basePath === '' ? '' : `; this dashboard is at ${settings.basePath}/`
    return answer(new Refusal(404, 'notFound', `there is nothing here${where}`), req.path)
  })
  app.onError((error, { req }) => {
    const refusal = refusalOf(error)
    if (refusal !== null) return answer(refusal, req.path)
    // The details are for the operator of the service, not for the client.
    parts.registry.report('dashboard', error)
    return Response.json({ error: { code: 'failed', message: 'the dashboard failed' } }, { status: 500 })
  })
  return app
}

function addPage(app: App, basePath: string): void {
  // The page finds its files by relative paths, which need the slash.
  app.get(BASE, () => new Response(null, { status: 308, headers: { location: `${basePath}/` } }))
  app.get('/', ({ req }) => file('index.html', req.raw))
  app.get('/assets/*', ({ req }) => file(req.path.slice(1), req.raw))
}

function addReading(app: App, { registry, history, feed, sinceMs }: Parts): void {
  app.get(`/${PATHS.stream}`, ({ req }) => {
    const headers = { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' }
    // Nobody would read or cancel it.
    if (req.raw.method === 'HEAD') return new Response(null, { headers })
    if (feed.watchers() >= MOST_WATCHERS) {
      throw new Refusal(503, 'busy', `${MOST_WATCHERS} pages are watching already`)
    }
    return new Response(feed.open(), { headers })
  })
  app.get(`/${PATHS.endpoint}`, ({ req }) => {
    const breaker = existing(registry, nameIn(req.raw.url))
    if (breaker === null) throw unknownEndpoint()
    return Response.json(detailOf(breaker, history, sinceMs))
  })
}

function addControls(app: App, { registry, settings: { token } }: Parts): void {
  app.on(
    'POST',
    [PATHS.control, PATHS.preview, PATHS.policy].map((path) => `/${path}`),
    async ({ req }, next) => {
      if (token === null) {
        throw new Refusal(
          403,
          'controlsOff',
          'controls are off; createDashboard(registry, { controls: { token } }) turns them on',
        )
      }
      if (!hasToken(req.raw.headers, token)) throw new Refusal(401, 'unauthorized', 'the token is missing or wrong')
      await next()
    },
  )
  const named = (name: string) => {
    const breaker = existing(registry, name)
    if (breaker === null) throw unknownEndpoint()
    return breaker
  }
  app.post(`/${PATHS.control}`, async ({ req }) => {
    const { endpoint, command, message } = await readBody(req.raw, controlBody)
    return Response.json(carryOut(named(endpoint), command, message))
  })
  app.post(`/${PATHS.preview}`, async ({ req }) => {
    const { endpoint, policy } = await readBody(req.raw, policyBody)
    return Response.json(previewPolicy(named(endpoint), policy))
  })
  app.post(`/${PATHS.policy}`, async ({ req }) => {
    const { endpoint, policy } = await readBody(req.raw, policyBody)
    return Response.json(applyPolicy(registry, named(endpoint), policy))
  })
  for (const path of Object.values(PATHS)) {
    app.all(`/${path}`, () => {
      throw new Refusal(405, 'methodNotAllowed', 'this path takes another method')
    })
  }
}

async function file(path: string, request: Request): Promise<Response> {
  const found = await fileResponse(path, request.headers.get('accept-encoding') ?? '')
  if (found === null) throw new Refusal(404, 'notFound', 'there is no such file')
  return found
}

function unknownEndpoint(): Refusal {
  return new Refusal(404, 'notFound', 'there is no endpoint of this name')
}

/** JSON for programs, a line for people. */
function answer({ status, answer, message }: Refusal, path: string): Response {
  if (path.startsWith('/api/')) return Response.json(answer, { status })
  return new Response(`${message}\n`, { status, headers: { 'content-type': 'text/plain; charset=utf-8' } })
}

function hostOf(request: Request): string {
  return request.headers.get('host') ?? new URL(request.url).host
}

/** The path below the base path; of what is not below it, one that leads nowhere. */
function pathOf(url: string, basePath: string): string {
  const { pathname } = new URL(url)
  if (pathname === basePath) return BASE
  return pathname.startsWith(`${basePath}/`) ? pathname.slice(basePath.length) : ELSEWHERE
}

function nameIn(url: string): string {
  const name = new URL(url).searchParams.get('name')
  if (name === null) throw new Refusal(400, 'invalid', 'ask for an endpoint: ?name=…')
  return name
}

/** With the headers that every answer has. */
export async function respond(app: App, request: Request, environment: Environment): Promise<Response> {
  const response = await app.fetch(request, environment)
  secure(response)
  return response
}
