// Peers: the packages of the server, loaded at first use: if you never make a dashboard you need not install them.
const INSTALL = 'npm install hono @hono/node-server'

/** Hono, the router. */
export function loadHono(): Promise<typeof import('hono')> {
  return import('hono').catch((error) => missing('hono', error))
}

/** The bridge from node:http to Web-standard requests. */
export function loadNodeServer(): Promise<typeof import('@hono/node-server')> {
  return import('@hono/node-server').catch((error) => missing('@hono/node-server', error))
}

function missing(name: string, cause: unknown): never {
  const { code } = cause as { readonly code?: unknown }
  if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') throw cause
  throw new Error(`switchgear/dashboard needs the package ${name}: ${INSTALL}`, { cause })
}
