// Servers, networks and processes that end with the test file.
import { afterAll } from 'vitest'
import { ioredisStore } from '../../../src/fleet/ioredis-store.ts'
import { redisStore } from '../../../src/fleet/redis-store.ts'
import type { FleetLink } from '../../../src/fleet/store.ts'
import { ready } from '../../../src/fleet/testing/fleet-under-test.ts'
import { type Network, startProxy } from './proxy.ts'
import { type RedisServer, startRedis } from './redis-server.ts'
import { answers } from './traffic.ts'

export const DEADLINE = 150
/** How much later than its time a timer may come on a machine that does much else. */
export const SLACK = 350

const ending: (() => Promise<unknown>)[] = []
afterAll(async () => {
  for (const end of ending.toReversed()) await end()
})

export async function server(...args: string[]): Promise<RedisServer> {
  const started = await startRedis(...args)
  ending.push(() => started.close())
  return started
}

export async function proxyTo(port: number): Promise<Network> {
  const started = await startProxy(port)
  ending.push(() => started.close())
  return started
}

let processes = 0

/** A process with each client, in one fleet. */
export function join(
  url: string,
  more: { readonly deadline?: number; readonly options?: object } = {},
): [FleetLink, FleetLink] {
  const stores = [redisStore({ url, deadline: DEADLINE, ...more }), ioredisStore({ url, deadline: DEADLINE, ...more })]
  const links = stores.map((store) => store.join({ namespace: 'fleet', instance: `p${processes++}` }))
  ending.push(() => Promise.all(links.map((link) => link.close())))
  return links as [FleetLink, FleetLink]
}

export async function joined(url: string, more = {}): Promise<[FleetLink, FleetLink]> {
  const links = join(url, more)
  await Promise.all(links.map(ready))
  return links
}

/** Settles once each of them has failed to connect. */
export const lost = (links: readonly FleetLink[]) =>
  Promise.all(
    links.map((link) => {
      return new Promise<Error>((onLost) => link.subscribe({ onReady: () => {}, onChanges: () => {}, onLost }))
    }),
  )

export const allAnswer = async (links: readonly FleetLink[]) => (await Promise.all(links.map(answers))).every(Boolean)

export const recordOf = async (link: FleetLink, endpoint: string) => {
  const { changes } = await link.poll({ cursor: null, entries: [] })
  return changes.find((change) => change.endpoint === endpoint)?.record
}
