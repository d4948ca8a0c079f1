import { once } from 'node:events'
import { describe, expect, it, vi } from 'vitest'
import { hear, newBreaker, newRegistry } from '../../support/registries.ts'

describe('what an integration reports', () => {
  it('is an error event, of the registry or of one endpoint (R32)', () => {
    const { breaker, registry } = newBreaker()
    const heard = hear(registry, 'error')
    const ofOne: unknown[] = []
    breaker.on('error', (event) => ofOne.push(event))
    const error = new Error('mine')
    registry.report('key', error)
    registry.report('handler', error, 'a')
    registry.report('handler', undefined, 'never made')
    expect(heard).toEqual([
      { source: 'key', error },
      { source: 'handler', endpoint: 'a', error },
      { source: 'handler', endpoint: 'never made', error: undefined },
    ])
    expect(ofOne).toEqual([heard[1]])
    expect(registry.has('never made')).toBe(false)
  })

  it('is a warning of the process where nobody listens, once for each source and endpoint (R32)', async () => {
    const { registry } = newRegistry()
    const warned = once(process, 'warning')
    registry.report('first', new Error('mine'), 'a')
    expect((await warned)[0]).toMatchObject({
      code: 'SWITCHGEAR_ERROR',
      message: expect.stringMatching(/^first of "a" went wrong: Error: mine/),
    })
    const emit = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    for (const endpoint of ['a', 'a', 'b', undefined, undefined]) registry.report('first', 'text', endpoint)
    expect(emit.mock.calls.map(([text]) => text)).toEqual([
      'first of "b" went wrong: "text"',
      'first went wrong: "text"',
    ])
    emit.mockRestore()
  })

  it('never throws, whatever it is told (R32, R50)', async () => {
    const { registry } = newRegistry()
    const heard = hear(registry, 'error')
    registry.on('error', () => {
      throw new Error('worse')
    })
    const unreadable = new Proxy({}, { get: () => expect.fail(), getPrototypeOf: () => expect.fail() })
    const emit = vi.spyOn(process, 'emitWarning').mockImplementation(() => {
      throw new Error('a set-up that throws at warnings')
    })
    for (const odd of [undefined, null, 5, Symbol('s'), {}, unreadable, Promise.resolve()]) {
      registry.report(odd as never, odd, odd as never)
    }
    await registry.close()
    registry.report(unreadable as never, unreadable, unreadable as never)
    emit.mockRestore()
    expect(heard.map(({ source }) => source)).toEqual([
      ...['undefined', 'null', '5', 'symbol', '{}'],
      ...['an object that cannot be read', 'a promise (did you forget await?)'],
    ])
    for (const event of heard) expect('endpoint' in event).toBe(false)
  })

  it('is told when the listener that is running has ended (R32)', () => {
    const { breaker, registry } = newBreaker()
    const order: string[] = []
    registry.on('error', ({ source }) => order.push(source))
    registry.on('transition', () => {
      registry.report('mine', new Error())
      order.push('listener')
    })
    breaker.trip()
    expect(order).toEqual(['listener', 'mine'])
  })
})
