// The store under test, and a fleet of three processes in it, a new one for each test.
import { beforeAll, beforeEach } from 'vitest'
import { type FleetRecord, NO_RECORD } from '../../../src/fleet/record.ts'
import type { FleetLink, FleetStore } from '../../../src/fleet/store.ts'
import type { Need } from '../../support/needs.ts'
import { open, rulesWith } from '../support/rules.ts'

/** A store with what tests do to it. */
export interface StoreUnderTest {
  readonly store: FleetStore
  /** Time passes for the store and for all of its processes. */
  passTime(ms: number): Promise<void>
  /** The store's clock alone is set. */
  shiftClock(ms: number): Promise<void>
  loseData(): Promise<void>
  close(): Promise<void>
}

export let bench: StoreUnderTest
export let a: FleetLink
export let b: FleetLink
export let c: FleetLink
/** The name of their fleet. */
export let namespace: string
let fleets = 0

export function setUp(start: () => Promise<StoreUnderTest>, need?: Need): void {
  beforeAll(async () => {
    if (need?.path === null) return
    bench = await start()
    return () => bench.close()
  })
  beforeEach(async (context) => {
    if (need?.path === null) return context.skip(need.missing)
    namespace = `fleet-${fleets++}`
    const links = ['a', 'b', 'c'].map((instance) => bench.store.join({ namespace, instance }))
    await Promise.all(links.map(ready))
    ;[a, b, c] = links as [FleetLink, FleetLink, FleetLink]
    return async () => {
      await Promise.all(links.map((link) => link.close()))
    }
  })
}

/** Settles once the link has a connection. */
export async function ready(link: FleetLink): Promise<void> {
  let end = () => {}
  await new Promise<void>((resolve) => {
    end = link.subscribe({ onReady: resolve, onChanges: () => {}, onLost: () => {} })
  })
  end()
}

/** A poll of everything that brings nothing along. */
export const nobody = { cursor: null, entries: [] }

export const everything = async (link: FleetLink) => (await link.poll(nobody)).changes

export async function recordOf(link: FleetLink, endpoint: string): Promise<FleetRecord> {
  return (await everything(link)).find((change) => change.endpoint === endpoint)?.record ?? NO_RECORD
}

/** It has been open for as long as it is to be. */
export async function due(endpoint: string, rules = rulesWith()): Promise<void> {
  const record = await open(a, b, endpoint, rules)
  await bench.passTime(record.openMs + 1)
}
