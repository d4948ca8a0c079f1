// WebSockets: the package ws, an optional peer, loaded when a bridge is made.

/** @throws Error with the `code` `MISSING_PEER` */
export async function loadWebSockets(): Promise<Pick<typeof import('ws'), 'WebSocketServer'>> {
  try {
    return await import('ws')
  } catch (cause) {
    const error = new Error('createInspectorBridge() needs the package ws: npm install ws', { cause })
    throw Object.assign(error, { code: 'MISSING_PEER' })
  }
}
