// Two guarded methods under one name, of which one calls the other.
import 'reflect-metadata'
import { Injectable } from '@nestjs/common'
import { describe, expect, it } from 'vitest'
import { Guarded, SwitchgearModule } from '../../../src/http/nestjs/index.ts'
import type { PolicyOptions } from '../../../src/index.ts'
import { DOWN } from '../../support/calls.ts'
import { closesAgain, NESTED_POLICY } from '../../support/outage.ts'
import { hear, newRegistry } from '../../support/registries.ts'
import { newApplication } from './applications.ts'

@Injectable()
class Orders {
  isUp = true

  @Guarded('orders-db')
  async find(): Promise<string> {
    if (!this.isUp) throw DOWN
    return 'an order'
  }

  @Guarded('orders-db')
  async findAll(): Promise<string[]> {
    return Promise.all([this.find(), this.find()])
  }
}

describe('two methods under one name, one of which calls the other', () => {
  const policies: PolicyOptions[] = [{}, { recoveryRamp: { duration: '1m', from: 0.1 } }, { maxConcurrent: 1 }]
  it.each(policies)('close again after an outage, %j (R14)', async (policy) => {
    const { registry, clock } = newRegistry({ policy: { ...NESTED_POLICY, ...policy } })
    const errors = hear(registry, 'error')
    const app = await newApplication(SwitchgearModule.forRoot({ registry }), { providers: [Orders] })
    const orders = app.get(Orders)
    const breaker = registry.breaker('orders-db')
    await closesAgain(breaker, clock, (isUp) => {
      orders.isUp = isUp
      return orders.findAll()
    })
    expect(errors).toEqual([])
    expect(breaker.stats().calls).toMatchObject({ rejected: 0, limited: 0 })
  })
})
