// What a breaker around a route does, the same in every framework: real servers, real connections.
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { PolicyOptions } from '../../../src/index.ts'
import { newRegistry, statesIn } from '../../support/registries.ts'
import { askAndHold, FRAMEWORKS, type Framework, type Running } from './frameworks.ts'

const running: Running[] = []
afterEach(async () => {
  for (const { log, stop } of running.splice(0)) {
    log.release()
    await stop()
  }
})

async function begin({ start }: Framework, policy: PolicyOptions = {}, name = 'orders') {
  const { clock, registry } = newRegistry()
  const service = await start(registry, name, { failureThreshold: 2, openTimeout: 29_001, ...policy })
  running.push(service)
  const get = (what: string) => fetch(`http://127.0.0.1:${service.port}/do/${what}`)
  return { ...service, clock, registry, breaker: registry.breaker(name), get }
}
const settled = (condition: () => void) => vi.waitFor(condition, { timeout: 5_000, interval: 5 })

describe.each(FRAMEWORKS)('a route of $name', (framework) => {
  it('is called while its breaker is closed; answers below 500 are successes', async () => {
    const { get, breaker } = await begin(framework)
    expect(await (await get('this')).text()).toBe('this')
    expect((await get('missing')).status).toBe(404)
    await settled(() => expect(breaker.stats().calls).toMatchObject({ allowed: 2, succeeded: 2, failed: 0 }))
  })

  it('is not called while its breaker is open: 503, and Retry-After in whole seconds, rounded up', async () => {
    const { get, breaker, log } = await begin(framework)
    expect((await get('fail')).status).toBe(500)
    expect((await get('throw')).status).toBe(500)
    await settled(() => expect(breaker.state).toBe('open'))
    const response = await get('this')
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('30')
    expect(log.handled).toEqual(['fail', 'throw'])
    expect(await response.text()).not.toContain('orders')
  })

  it('is called once while half-open, and closes its breaker again', async () => {
    const { get, breaker, clock, log } = await begin(framework, { successThreshold: 1 })
    breaker.trip()
    clock.advance(29_001)
    const probe = get('hang')
    await settled(() => expect(log.handled).toEqual(['hang']))
    expect((await get('this')).status).toBe(503)
    log.release()
    expect((await probe).status).toBe(200)
    await settled(() => expect(breaker.state).toBe('closed'))
  })

  it('is not called while the fleet of its breaker refuses: 503, and Retry-After by the fleet (R63)', async () => {
    const { get, breaker, log } = await begin(framework)
    breaker.override({ state: 'open', reason: { type: 'isolated' }, retryAfterMs: 2_001 })
    const response = await get('this')
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '3'])
    expect(log.handled).toEqual([])
  })

  it('at the limit of its breaker is not called: 503, with nothing to say of when', async () => {
    const { get, breaker, log } = await begin(framework, { maxConcurrent: 1, maxQueued: 5 })
    const first = get('hang')
    await settled(() => expect(log.handled).toEqual(['hang']))
    const refused = await get('this')
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, null])
    expect(breaker.stats()).toMatchObject({ state: 'closed', calls: { limited: 1 } })
    log.release()
    expect((await first).status).toBe(200)
    await settled(() => expect(breaker.stats().concurrency).toEqual({ inFlight: 0, queued: 0 }))
    expect((await get('this')).status).toBe(200)
  })

  it('has no Retry-After while it is forced open, or its registry is closed', async () => {
    const { get, breaker, registry } = await begin(framework)
    breaker.isolate()
    const forced = await get('this')
    expect([forced.status, forced.headers.get('retry-after')]).toEqual([503, null])
    await registry.close()
    const closed = await get('this')
    expect([closed.status, closed.headers.get('retry-after')]).toEqual([503, null])
  })

  it.each(['ends', 'resets'])('ignores a client that %s the connection before it has its answer', async (how) => {
    const { port, breaker, log } = await begin(framework)
    const socket = await askAndHold(port, '/do/hang')
    await settled(() => expect(log.handled).toEqual(['hang']))
    if (how === 'ends') socket.destroy()
    else socket.resetAndDestroy()
    await settled(() => expect(breaker.stats().calls).toMatchObject({ ignored: 1, failed: 0, succeeded: 0 }))
  })

  it('has failed when the timeout of its policy has passed, while the client waits yet', async () => {
    const { port, breaker, log } = await begin(framework, { timeout: 50 })
    const socket = await askAndHold(port, '/do/hang')
    await settled(() => expect(log.handled).toEqual(['hang']))
    await settled(() => expect(breaker.stats().calls).toMatchObject({ failed: 1, timedOut: 1 }))
    socket.destroy()
  })

  it('has not failed by a timeout that no timer can wait for', async () => {
    const { get, breaker, log } = await begin(framework, { timeout: '60d' })
    const answer = get('hang')
    await settled(() => expect(log.handled).toEqual(['hang']))
    log.release()
    expect((await answer).status).toBe(200)
    await settled(() => expect(breaker.stats().calls).toMatchObject({ succeeded: 1, failed: 0 }))
  })

  it('asks the classifiers of its policy about failures', async () => {
    const judged: unknown[] = []
    const { get, breaker } = await begin(framework, {
      isFailure(outcome) {
        const { error } = outcome as { error: Error & { statusCode?: number } }
        judged.push(error.statusCode ?? error.message)
        return error.statusCode !== 503
      },
    })
    await get('down')
    await get('throw')
    await settled(() => expect(breaker.stats().calls).toMatchObject({ failed: 1, succeeded: 1 }))
    // Errors pass by the middleware of Express.
    expect(judged).toEqual([503, framework.name === 'Express' ? 500 : 'a bug'])
  })

  it('puts nothing of a name into its answers', async () => {
    const { get, breaker } = await begin(framework, {}, 'orders\r\nset-cookie: stolen=1')
    breaker.trip()
    const response = await get('this')
    expect(response.status).toBe(503)
    expect(response.headers.get('set-cookie')).toBeNull()
    expect(await response.text()).not.toContain('stolen')
  })

  it('has one breaker, whatever the URLs', async () => {
    const { get, registry } = await begin(framework)
    for (let n = 0; n < 50; n++) await get(`order-${n}`)
    expect(statesIn(registry)).toEqual([{ endpoint: 'orders', state: 'closed' }])
  })
})

describe.each(FRAMEWORKS.filter(({ seesStreams }) => seesStreams))('a route of $name', (framework) => {
  it('has failed when it breaks off its answer', async () => {
    const { get, breaker } = await begin(framework)
    const response = await get('break')
    expect(response.status).toBe(200)
    await expect(response.text()).rejects.toThrow()
    await settled(() => expect(breaker.stats().calls).toMatchObject({ failed: 1, ignored: 0 }))
  })
})
