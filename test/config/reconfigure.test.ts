// Breakers that go while a new version of the file is given to very many.
import { expect, it } from 'vitest'
import { Reconfigurer } from '../../src/config/reconfigure.ts'
import { createRegistry } from '../../src/index.ts'

const names = Array.from({ length: 120 }, (_, n) => `n${n}`)

it('a breaker that is deleted meanwhile does not come back, and one that is made has the new policy', async () => {
  const registry = createRegistry()
  for (const name of names) registry.breaker(name)
  const applied = new Reconfigurer(registry, {}).apply({ policy: { openTimeout: '1s' } })
  registry.delete('n119')
  const made = registry.breaker('made')
  const { configured } = await applied
  expect(registry.has('n119')).toBe(false)
  expect(made.policy.openTimeoutMs).toBe(1_000)
  expect(configured).toHaveLength(119)
})

it('a registry that is closed meanwhile is left alone', async () => {
  const registry = createRegistry()
  for (const name of names) registry.breaker(name)
  const applied = new Reconfigurer(registry, {}).apply({ policy: { openTimeout: '1s' } })
  await registry.close()
  expect((await applied).configured.length).toBeLessThan(names.length)
})
