// Breakers that go while a new version of the file is given to very many.
import { expect, it } from 'vitest'
import { reconfigure } from '../../src/config/reconfigure.ts'
import { createRegistry } from '../../src/index.ts'

const names = Array.from({ length: 1_200 }, (_, n) => `n${n}`)

it('a breaker that is deleted meanwhile does not come back, and one that is made has the new policy', async () => {
  const registry = createRegistry()
  for (const name of names) registry.breaker(name)
  const applied = reconfigure(registry, { policy: { openTimeout: '1s' } })
  registry.delete('n1199')
  const made = registry.breaker('made')
  const { configured, kept } = await applied
  expect(registry.has('n1199')).toBe(false)
  expect(made.policy.openTimeoutMs).toBe(1_000)
  expect([configured.length, kept.length]).toEqual([1_199, 0])
})

it('a registry that is closed meanwhile is left alone', async () => {
  const registry = createRegistry()
  for (const name of names) registry.breaker(name)
  const applied = reconfigure(registry, { policy: { openTimeout: '1s' } })
  const refused = expect(applied).rejects.toMatchObject({ code: 'REGISTRY_CLOSED' })
  await registry.close()
  await refused
})
