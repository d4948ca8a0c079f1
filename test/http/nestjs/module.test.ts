// The module: where its registry comes from, and with which application it ends.
import { Module } from '@nestjs/common'
import { describe, expect, it } from 'vitest'
import { SwitchgearModule } from '../../../src/http/nestjs/index.ts'
import { createRegistry, Registry } from '../../../src/index.ts'
import { newApplication } from './applications.ts'

class Settings {
  readonly threshold = 7
}
class SettingsModule {}
Module({ providers: [Settings], exports: [Settings] })(SettingsModule)

describe('forRoot', () => {
  it('makes a registry of its options for each application, and closes it with that', async () => {
    const shared = SwitchgearModule.forRoot({ policy: { failureThreshold: 7 } })
    const [one, other] = [await newApplication(shared), await newApplication(shared)]
    const [first, second] = [one.get(Registry), other.get(Registry)]
    expect(first.breaker('a').policy.failureThreshold).toBe(7)
    expect(first).not.toBe(second)
    await one.close()
    expect([first.isClosed, second.isClosed]).toEqual([true, false])
  })

  it('takes a registry of others, which it leaves open', async () => {
    const registry = createRegistry()
    const app = await newApplication(SwitchgearModule.forRoot({ registry }))
    expect(app.get(Registry)).toBe(registry)
    await app.close()
    expect(registry.isClosed).toBe(false)
  })

  it('serves every module of the application', async () => {
    class Feature {
      constructor(readonly registry: Registry) {}
    }
    Reflect.defineMetadata('design:paramtypes', [Registry], Feature)
    class FeatureModule {}
    Module({ providers: [Feature] })(FeatureModule)
    const app = await newApplication(SwitchgearModule.forRoot(), { imports: [FeatureModule] })
    expect(app.get(Feature, { strict: false }).registry).toBe(app.get(Registry))
  })
})

describe('forRootAsync', () => {
  it.each(['at once', 'later'])('has its options from other providers, %s', async (when) => {
    const useFactory = ({ threshold }: Settings) => {
      const options = { policy: { failureThreshold: threshold } }
      return when === 'later' ? Promise.resolve(options) : options
    }
    const made = SwitchgearModule.forRootAsync({ imports: [SettingsModule], inject: [Settings], useFactory })
    const app = await newApplication(made)
    const registry = app.get(Registry)
    expect(registry.breaker('a').policy.failureThreshold).toBe(7)
    await app.close()
    expect(registry.isClosed).toBe(true)
  })

  it('may give a registry of others, too', async () => {
    const registry = createRegistry()
    const app = await newApplication(SwitchgearModule.forRootAsync({ useFactory: () => ({ registry }) }))
    expect(app.get(Registry)).toBe(registry)
    await app.close()
    expect(registry.isClosed).toBe(false)
  })

  it.each([
    [undefined, 'options: expected an object: { imports, inject, useFactory }'],
    [{}, 'options.useFactory: expected a function that gives the options of a registry'],
    [{ useFactory: 'a' }, 'options.useFactory: expected a function that gives the options of a registry'],
    [{ useFactroy: () => ({}) }, 'did you mean useFactory?'],
  ])('%# refuses wrong options at once', (options, message) => {
    expect(() => SwitchgearModule.forRootAsync(options as never)).toThrow(message)
  })
})

it.each([
  [{ polcy: {} }, 'options.polcy: expected'],
  [null, 'options: expected an object of registry options'],
  ['a', 'options: expected an object of registry options'],
  [{ registry: {} }, 'options.registry: expected a registry'],
  [{ registry: createRegistry(), policy: {} }, 'options.policy: expected one of registry'],
])('%# wrong options of a registry keep the application from starting, however they come', async (options, message) => {
  const given = options as never
  await expect(newApplication(SwitchgearModule.forRoot(given))).rejects.toThrow(message)
  await expect(newApplication(SwitchgearModule.forRootAsync({ useFactory: () => given }))).rejects.toThrow(message)
})
