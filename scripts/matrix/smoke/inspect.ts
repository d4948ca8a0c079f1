// ws: the bridge of the Stately inspector, and a client of ws at it.
import { createRegistry } from 'switchgear'
import { createInspectorBridge, inspectRegistry } from 'switchgear/inspect'
import WebSocket from 'ws'
import { same, smoke } from './check.js'

smoke(async () => {
  const registry = createRegistry()
  const bridge = await createInspectorBridge()
  const inspection = inspectRegistry(registry, { inspector: bridge })
  registry.breaker('search').trip('maintenance')
  const client = new WebSocket(bridge.socketUrl)
  const told = await new Promise<string>((resolve, reject) => {
    client.on('message', (data: Buffer) => String(data).includes('search') && resolve(String(data)))
    client.on('error', reject)
  })
  same('a message', (JSON.parse(told) as { type: string }).type, '@xstate.actor')
  same('the page', (await fetch(bridge.url)).status, 200)
  client.terminate()
  inspection.detach()
  await bridge.close()
})
