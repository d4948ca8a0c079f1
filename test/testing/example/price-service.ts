// A small service as a user may write one: GET /price asks a warehouse for the price, through a breaker. It can ask in
// three ways, of which one is right.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Breaker, type Clock, createRegistry, isBreakerError, type PolicyOptions } from '../../../src/index.ts'

export type Asking = (breaker: Breaker, warehouse: string) => Promise<string | undefined>

async function get(url: string): Promise<string> {
  const response = await fetch(url)
  const text = await response.text()
  if (!response.ok) throw new Error(`the warehouse answers ${response.status}`)
  return text
}

/** Each request to the warehouse is a call of its own: the breaker sees what becomes of it. */
export const asksOnce: Asking = (breaker, warehouse) => breaker.call(() => get(warehouse))

/** Wrong: the breaker guards three attempts as if they were one, and hears of a failure only when all of them fail. */
export const retriesInside: Asking = (breaker, warehouse) =>
  breaker.call(async () => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await get(warehouse)
      } catch (error) {
        if (attempt === 3) throw error
      }
    }
  })

/** Wrong: an error that is swallowed inside the guarded function is a success to the breaker. */
export const swallowsErrors: Asking = (breaker, warehouse) =>
  breaker.call(async () => {
    try {
      return await get(warehouse)
    } catch {
      return undefined
    }
  })

export interface PriceService {
  readonly url: string
  readonly breaker: Breaker
  close(): Promise<void>
}

export async function startPriceService(
  ask: Asking,
  warehouse: string,
  { policy, clock }: { readonly policy: PolicyOptions; readonly clock: Clock },
): Promise<PriceService> {
  const registry = createRegistry({ policy, clock })
  const breaker = registry.breaker('warehouse')
  const server = createServer(async (_, response) => {
    try {
      const price = await ask(breaker, warehouse)
      response.writeHead(price === undefined ? 404 : 200).end(price)
    } catch (error) {
      response.writeHead(isBreakerError(error, 'BREAKER_OPEN') ? 503 : 502).end()
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/price`,
    breaker,
    async close() {
      server.closeAllConnections()
      server.close()
      await registry.close()
    },
  }
}
