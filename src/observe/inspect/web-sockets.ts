// WebSockets: the package ws, an optional peer, loaded when a bridge is made.
import { missingPeer } from '../../core/options/index.ts'

type Server = typeof import('ws').WebSocketServer
/** Before version 8.1 it goes by the older name in some of its modules; the types know one of them. */
interface Loaded {
  readonly WebSocketServer?: Server
  readonly Server?: Server
  readonly default: { readonly Server: Server }
}

/** @throws Error with the `code` `MISSING_PEER` */
export async function loadServer(): Promise<Server> {
  const loaded = await import('ws').catch((cause) => missingPeer('switchgear/inspect', ['ws'], cause))
  const { WebSocketServer, Server = WebSocketServer, default: whole } = loaded as unknown as Loaded
  return Server ?? whole.Server
}
