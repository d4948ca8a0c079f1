// Peers: the packages of the server, loaded at first use: if you never make a dashboard you need not install them.
import { missingPeer } from '../../core/options/index.ts'

const missing = (cause: unknown) => missingPeer('switchgear/dashboard', ['hono', '@hono/node-server'], cause)

/** Hono, the router. */
export function loadHono(): Promise<typeof import('hono')> {
  return import('hono').catch(missing)
}

/** The bridge from node:http to Web-standard requests. */
export function loadNodeServer(): Promise<typeof import('@hono/node-server')> {
  return import('@hono/node-server').catch(missing)
}
