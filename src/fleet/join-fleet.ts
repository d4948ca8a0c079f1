// joinFleet: a registry joins a fleet of processes that decide together, through a store that no call waits for.

import { checkRegistry } from '../core/options/index.ts'
import type { Registry } from '../index.ts'
import type { Fleet } from './fleet.ts'
import { JoinedFleet } from './joined-fleet.ts'
import { checkFleet, type FleetOptions } from './options.ts'

/**
 * Shares the breakers of a registry with other processes. When enough of them see an endpoint fail, and it fails over all
 * of them, it opens in all processes. One of them probes, and traffic returns step by step. A fleet adds rejections and
 * removes none. No call ever waits for the store: while it is lost, each breaker decides by itself.
 * @returns after the first round with the store, or when that has failed: a process can start without the store
 * @throws ArgumentError (`INVALID_ARGUMENT`) for wrong options, and if the registry is in a fleet already
 */
export async function joinFleet(registry: Registry, options: FleetOptions = {}): Promise<Fleet> {
  checkRegistry('joinFleet(registry)', registry)
  const fleet = new JoinedFleet(registry, checkFleet(options))
  await fleet.begun
  return fleet
}
