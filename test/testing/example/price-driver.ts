// The driver of the price service: callers ask over HTTP, and a warehouse answers when and as the test says.
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Driver } from '../../../src/testing/index.ts'
import { type Asking, startPriceService } from './price-service.ts'

/** A request that has reached the warehouse, and the caller who waits for it. */
export interface PriceCall {
  readonly request: ServerResponse
  readonly answered: Promise<unknown>
}

export function priceDriver(ask: Asking): Driver<PriceCall> {
  return {
    name: 'price service',
    commands: [],
    canIgnore: false,
    async start(policy, clock) {
      // A request that the test did not ask for finds a warehouse that is well.
      const answerAtOnce = (request: ServerResponse): void => {
        request.end('42')
      }
      let onRequest = answerAtOnce
      const warehouse = createServer((_, response) => onRequest(response))
      warehouse.listen(0, '127.0.0.1')
      await once(warehouse, 'listening')
      const { port } = warehouse.address() as AddressInfo
      const service = await startPriceService(ask, `http://127.0.0.1:${port}`, { policy, clock })

      return {
        async admit() {
          const arrival = new Promise<ServerResponse>((resolve) => {
            onRequest = resolve
          })
          const answered = fetch(service.url).then(async (response) => {
            await response.text()
            return undefined
          })
          const request = await Promise.race([arrival, answered])
          onRequest = answerAtOnce
          return request && { request, answered }
        },
        async settle({ request, answered }, result) {
          request.writeHead(result === 'succeed' ? 200 : 500).end('42')
          await answered
        },
        command(command) {
          throw new Error(`nobody can ${command} the price service`)
        },
        state: () => service.breaker.state,
        async stop() {
          await service.close()
          warehouse.closeAllConnections()
          warehouse.close()
        },
      }
    },
  }
}
