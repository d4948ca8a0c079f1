// Fleet: two processes' worth of registries on a real Redis; what one isolates, the other rejects.
import { randomUUID } from 'node:crypto'
import { createRegistry } from 'switchgear'
import { type FleetStore, joinFleet } from 'switchgear/fleet'
import { codeOf, same } from './check.js'

export async function inStep(newStore: () => FleetStore): Promise<void> {
  // Others use the same server at the same time.
  const namespace = `matrix-${randomUUID()}`
  const [one, two] = [createRegistry(), createRegistry()]
  const fleets = []
  for (const registry of [one, two])
    fleets.push(await joinFleet(registry, { store: newStore(), namespace, pollInterval: '200ms' }))
  for (const fleet of fleets) {
    while (fleet.stats().state === 'degraded') await new Promise((resolve) => setTimeout(resolve, 20))
  }
  for (const registry of [one, two]) await registry.call('payments', async () => 'paid')
  await fleets[0]?.isolate('payments')
  while (two.breaker('payments').allows()) await new Promise((resolve) => setTimeout(resolve, 20))
  same('the other process', await codeOf(two.call('payments', () => 'paid')), 'BREAKER_OPEN')
  for (const registry of [one, two]) await registry.close()
}
