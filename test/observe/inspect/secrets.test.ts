// What users hand in stays in the process, unless it was asked for.
import { describe, expect, it } from 'vitest'
import { type Breaker, createRegistry, type Registry } from '../../../src/index.ts'
import { inspectRegistry } from '../../../src/observe/inspect/index.ts'
import { errorOf } from '../../support/calls.ts'
import { newViewer } from './viewing.ts'

const SECRET = 'hunter2'

/** Does everything to a breaker that can bring a secret near an actor. */
async function tellSecrets(registry: Registry, breaker: Breaker): Promise<void> {
  breaker.reset()
  await breaker.call(() => SECRET)
  await errorOf(breaker.call(() => Promise.reject(new Error(SECRET))))
  breaker.recordFailure({ password: SECRET })
  breaker.trip(SECRET)
  breaker.probe(SECRET)
  breaker.trip(SECRET)
  breaker.actor?.send({ type: 'trip', message: SECRET, at: 0, password: SECRET } as never)
  breaker.actor?.send({ type: `xstate.error.${SECRET}`, error: new Error(SECRET) } as never)
  breaker.actor?.send({ type: 'xstate.error.actor.x', error: new Error(SECRET), data: SECRET } as never)
  await new Promise((resolve) => setTimeout(resolve))
  const hunter2 = () => false
  registry.configure('a', { isFailure: hunter2, ignore: { error: hunter2 } })
  breaker.reset()
  await errorOf(breaker.call(() => Promise.reject(new Error(SECRET)), { fallback: () => SECRET, timeout: 1_000 }))
}

async function toldWith(values: boolean | undefined): Promise<string> {
  const registry = createRegistry()
  registry.on('error', () => {})
  const breaker = registry.breaker('a')
  breaker.trip(SECRET)
  const viewer = newViewer()
  inspectRegistry(registry, { inspector: viewer, values })
  await tellSecrets(registry, breaker)
  await registry.close()
  expect(viewer.messages.length).toBeGreaterThan(30)
  return JSON.stringify(viewer.messages)
}

describe('messages of errors and trips', () => {
  it.each([undefined, false])('are not told, nor values, nor names of functions (values: %s)', async (values) => {
    const told = await toldWith(values)
    expect(told).not.toContain(SECRET)
    expect(told).toContain('"why":"tripped: (hidden)"')
    expect(told).toContain('"why":"told to probe: (hidden)"')
    expect(told).toContain('"error":"(hidden)"')
    expect(told).toContain('"isFailure":"(given)"')
  })

  it('are told with values: true; the values of calls and stacks never are', async () => {
    const told = await toldWith(true)
    expect(told).toContain(`"why":"tripped: ${SECRET}"`)
    expect(told).toContain(`"error":"Error: ${SECRET}"`)
    expect(told).not.toContain('secrets.test.ts')
    expect(told).not.toContain('password')
  })

  it('that cannot be read are said to be so', async () => {
    const registry = createRegistry()
    registry.on('error', () => {})
    const breaker = registry.breaker('a')
    const viewer = newViewer()
    inspectRegistry(registry, { inspector: viewer, values: true })
    const unreadable = {
      toString() {
        throw new Error('no')
      },
    }
    breaker.actor?.send({ type: 'xstate.error.actor.x', error: unreadable } as never)
    await new Promise((resolve) => setTimeout(resolve))
    expect(JSON.stringify(viewer.messages)).toContain('"error":"(cannot be read)"')
  })
})

it('what is told is JSON, of a few hundred bytes but for the definitions', async () => {
  const registry = createRegistry({ policy: { failureWindow: '10s', failureThreshold: 1_000 } })
  const breaker = registry.breaker('a')
  const viewer = newViewer()
  inspectRegistry(registry, { inspector: viewer })
  for (let call = 0; call < 500; call++) breaker.recordFailure()
  for (const message of viewer.messages) {
    const { definition = '', ...rest } = message as { definition?: string }
    expect(definition.length).toBeLessThan(8_000)
    expect(JSON.stringify(rest).length).toBeLessThan(1_500)
    expect(JSON.parse(JSON.stringify(rest))).toEqual(JSON.parse(JSON.stringify({ ...rest })))
  }
})
