// undici: request, fetch and retry through a dispatcher with the interceptor.
import { createRegistry } from 'switchgear'
import { breakerInterceptor } from 'switchgear/undici'
import { Agent, fetch, interceptors, request } from 'undici'
import { codeOf, same, smoke } from './check.js'
import { serve } from './http.js'

smoke(async () => {
  const server = await serve()
  const registry = createRegistry({ policy: { failureThreshold: 2 } })
  const agent = new Agent()
  const dispatcher = agent.compose(breakerInterceptor(registry, { timeout: '2s' }))
  const retrying = agent.compose(breakerInterceptor(registry), interceptors.retry({ maxRetries: 2, minTimeout: 1 }))
  const get = async (by = dispatcher) => {
    const { statusCode, body } = await request(server.url, { dispatcher: by })
    return `${statusCode} ${await body.text()}`
  }
  same('an answer', await get(), '200 hello')
  same('fetch', await (await fetch(server.url, { dispatcher })).text(), 'hello')
  server.status = 500
  same('a failure', await get(), '500 hello')
  server.status = null
  same('no answer', await codeOf(get()), 'CALL_TIMEOUT')
  same('an open breaker', await codeOf(get()), 'BREAKER_OPEN')
  same('retries', await codeOf(get(retrying)), 'BREAKER_OPEN')
  const thrown = await fetch(server.url, { dispatcher }).catch(({ cause }) => cause)
  same('the cause of the error of fetch', Object(thrown).code, 'BREAKER_OPEN')
  const { allowed, rejected } = registry.breaker(server.url).stats().calls
  same('calls', { allowed, rejected }, { allowed: 4, rejected: 3 })
  await agent.destroy()
  server.close()
})
