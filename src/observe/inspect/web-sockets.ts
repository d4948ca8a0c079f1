// WebSockets: the package ws, an optional peer, loaded when a bridge is made.
import { missingPeer } from '../../core/options/index.ts'

/** @throws Error with the `code` `MISSING_PEER` */
export function loadWebSockets(): Promise<Pick<typeof import('ws'), 'WebSocketServer'>> {
  return import('ws').catch((cause) => missingPeer('switchgear/inspect', ['ws'], cause))
}
