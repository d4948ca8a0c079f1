// Ioredis5: the store by a client that knows no more than the second version of the protocol, as that of ioredis 5.
import { Redis } from 'ioredis'
import { ioredisStore } from '../../../src/fleet/ioredis-store.ts'
import type { FleetStore } from '../../../src/fleet/store.ts'

export function asIoredis5({ url, deadline }: { readonly url: string; readonly deadline: number }): FleetStore {
  const duplicate = (settings?: object) => new Redis(url, { ...settings, protocol: 2 })
  return ioredisStore({ client: { duplicate }, deadline })
}
