// Reconfigure: gives a registry the policies of a new version of the file, and returns the breakers concerned.
import { isDeepStrictEqual } from 'node:util'
import { resolvePolicies } from '../core/edge/named-policies.ts'
import type { Policy, Registry, RegistryPolicies } from '../index.ts'

/** Other code runs between batches: a registry may have a million breakers. */
const BATCH = 500

/** The names of the breakers that have another policy now, and of those that keep one which is not the file's. */
export async function reconfigure(
  registry: Registry,
  policies: RegistryPolicies,
): Promise<{ configured: string[]; kept: string[] }> {
  const wanted = resolvePolicies(policies)
  const before = new Map<string, Policy>()
  await eachOf(registry, (name) => before.set(name, registry.breaker(name).policy))
  await registry.configureAll(policies)
  const configured: string[] = []
  const kept: string[] = []
  await eachOf(registry, (name) => {
    const { policy } = registry.breaker(name)
    const former = before.get(name)
    if (former !== undefined && former !== policy) configured.push(name)
    if (!isDeepStrictEqual(policy, wanted(name))) kept.push(name)
  })
  return { configured, kept }
}

/** Of the breakers there are, as far as they are still there. */
async function eachOf(registry: Registry, look: (name: string) => void): Promise<void> {
  for (const [index, { endpoint }] of registry.list().entries()) {
    if (index % BATCH === BATCH - 1) await new Promise((resolve) => setImmediate(resolve))
    if (!registry.isClosed && registry.has(endpoint)) look(endpoint)
  }
}
