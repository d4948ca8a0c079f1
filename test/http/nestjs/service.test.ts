// A service of Nest as its users write it, on a real port: a controller, a provider whose methods are guarded, a filter.
import { Controller, Get, Injectable, Param } from '@nestjs/common'
import { describe, expect, it } from 'vitest'
import { Guarded, SwitchgearModule } from '../../../src/http/nestjs/index.ts'
import { Registry } from '../../../src/index.ts'
import { newRegistry } from '../../support/registries.ts'
import { type Running, start } from './applications.ts'

@Injectable()
class Orders {
  readonly asked: string[] = []
  isDown = false

  @Guarded('orders', { policy: { failureThreshold: 2, openTimeout: '4500ms' } })
  async find(id: string): Promise<{ id: string }> {
    this.asked.push(id)
    if (this.isDown) throw new Error('the database is down')
    return { id }
  }

  @Guarded('prices', {
    policy: { failureThreshold: 1 },
    fallback(this: Orders, error, { outcome, args }) {
      return { price: null, why: (error as Error).message, outcome, args, asked: this.asked }
    },
  })
  async price(_currency: string): Promise<unknown> {
    throw new Error('no prices today')
  }

  @Guarded('slow', { policy: { timeout: 20 } })
  async hang(): Promise<never> {
    return new Promise(() => {})
  }
}

@Controller()
class Shop {
  constructor(
    readonly orders: Orders,
    readonly registry: Registry,
  ) {}

  @Get('orders/:id')
  order(@Param('id') id: string) {
    return this.orders.find(id)
  }

  @Get('price')
  price() {
    return this.orders.price('EUR')
  }

  @Get('hang')
  hang() {
    return this.orders.hang()
  }

  @Get('mistake')
  mistake() {
    return this.registry.call('mistake', 'not a function' as never)
  }

  @Guarded('route', { policy: { failureThreshold: 1 } })
  @Get('guarded/:id')
  async guarded(@Param('id') id: string): Promise<string> {
    if (id === '0') throw new Error('a bug')
    return `guarded ${id}`
  }
}

async function startShop() {
  const { registry, clock } = newRegistry()
  const running = await start(SwitchgearModule.forRoot({ registry }), { controllers: [Shop], providers: [Orders] })
  return { ...running, orders: running.app.get(Orders), registry, clock }
}

async function ask({ origin }: Running, path: string) {
  const response = await fetch(`${origin}/${path}`)
  const text = await response.text()
  return { status: response.status, retryAfter: response.headers.get('retry-after'), text }
}

describe('a service of Nest on Express', () => {
  it('answers through its closed breakers, then says 503 and when to come back, then probes and closes', async () => {
    const shop = await startShop()
    expect(await ask(shop, 'orders/1')).toEqual({ status: 200, retryAfter: null, text: '{"id":"1"}' })
    shop.orders.isDown = true
    expect((await ask(shop, 'orders/2')).status).toBe(500)
    expect((await ask(shop, 'orders/3')).status).toBe(500)
    const refused = await ask(shop, 'orders/4')
    expect(refused).toMatchObject({ status: 503, retryAfter: '5' })
    expect(JSON.parse(refused.text)).toEqual({
      statusCode: 503,
      message: 'not available, try again in 5 s',
      error: 'Service Unavailable',
    })
    expect(shop.orders.asked).toEqual(['1', '2', '3'])
    shop.orders.isDown = false
    shop.clock.advance(4_500)
    expect((await ask(shop, 'orders/5')).status).toBe(200)
    expect((await ask(shop, 'orders/6')).status).toBe(200)
    expect(shop.registry.state('orders')).toBe('closed')
  })

  it('has no Retry-After to tell while an operator holds a breaker open', async () => {
    const shop = await startShop()
    shop.registry.breaker('orders').isolate()
    const { status, retryAfter, text } = await ask(shop, 'orders/1')
    expect({ status, retryAfter, message: JSON.parse(text).message }).toEqual({
      status: 503,
      retryAfter: null,
      message: 'not available',
    })
  })

  it('answers by the fallback of a method, which is told of the call, and whose `this` is the instance', async () => {
    const shop = await startShop()
    shop.orders.asked.push('a price')
    expect(JSON.parse((await ask(shop, 'price')).text)).toEqual({
      price: null,
      why: 'no prices today',
      outcome: 'failure',
      args: ['EUR'],
      asked: ['a price'],
    })
    expect(JSON.parse((await ask(shop, 'price')).text).why).toContain('circuit "prices" is open')
  })

  it('says 504 for a call that took longer than its timeout', async () => {
    const shop = await startShop()
    const asked = ask(shop, 'hang')
    while (!shop.registry.has('slow')) await new Promise(setImmediate)
    shop.clock.advance(20)
    const { status, text } = await asked
    expect(status).toBe(504)
    expect(JSON.parse(text)).toEqual({ statusCode: 504, message: 'no answer in time', error: 'Gateway Timeout' })
  })

  it('guards a route of a controller, whose parameters and path stay', async () => {
    const shop = await startShop()
    expect((await ask(shop, 'guarded/7')).text).toBe('guarded 7')
    expect((await ask(shop, 'guarded/0')).status).toBe(500)
    expect((await ask(shop, 'guarded/7')).status).toBe(503)
  })

  it('leaves mistakes of the program to Nest', async () => {
    const { status, text } = await ask(await startShop(), 'mistake')
    expect({ status, text }).toEqual({ status: 500, text: expect.stringContaining('Internal server error') })
  })

  it('says 503 once its registry is closed', async () => {
    const shop = await startShop()
    await shop.registry.close()
    expect(await ask(shop, 'orders/1')).toMatchObject({ status: 503, retryAfter: null })
  })
})

it('the answer in progress ends before the registry does', async () => {
  let release = () => {}
  const hold = new Promise<void>((resolve) => {
    release = resolve
  })
  let entered = () => {}
  const isEntered = new Promise<void>((resolve) => {
    entered = resolve
  })
  @Controller()
  class Slow {
    constructor(readonly registry: Registry) {}
    @Get()
    async answer(): Promise<string> {
      entered()
      await hold
      return this.registry.call('late', () => 'still served')
    }
  }
  const { app, origin } = await start(SwitchgearModule.forRoot(), { controllers: [Slow] })
  const registry = app.get(Registry)
  const answer = fetch(origin, { headers: { connection: 'close' } }).then((response) => response.text())
  await isEntered
  const closing = app.close()
  while (app.getHttpServer().listening) await new Promise(setImmediate)
  release()
  expect(await answer).toBe('still served')
  await closing
  expect(registry.isClosed).toBe(true)
})
