// The runtime's own fetch.
import { createRegistry } from 'switchgear'
import { createFetch } from 'switchgear/fetch'
import { codeOf, same, smoke } from './check.js'
import { serve } from './http.js'

smoke(async () => {
  const server = await serve()
  const registry = createRegistry({ policy: { failureThreshold: 2 } })
  const guarded = createFetch(registry, { timeout: '2s' })
  const get = async () => {
    const response = await guarded(server.url)
    return `${response.status} ${await response.text()}`
  }
  same('an answer', await get(), '200 hello')
  server.status = 503
  same('a failure', await get(), '503 hello')
  server.status = null
  same('no answer', await codeOf(get()), 'CALL_TIMEOUT')
  same('an open breaker', await codeOf(get()), 'BREAKER_OPEN')
  server.close()
})
