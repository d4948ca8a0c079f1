// The five services of one process of the demonstration: each a registry that is a member of the fleet and calls the same
// payments service again and again; and what they tell of it.
import { joinFleet } from '../../src/fleet/index.ts'
import type { FleetStore } from '../../src/fleet/store.ts'
import { createRegistry } from '../../src/index.ts'

export const SERVICES = ['cart', 'orders', 'search', 'mail', 'admin'] as const
export const OPEN_MS = 3_000

/** How a service sees payments. */
export interface View {
  readonly name: string
  /** What becomes of its calls: `closed`, `open`, `forcedOpen`, `halfOpen`, or `40 %`: the share that is let through. */
  readonly word: string
  readonly hasStore: boolean
  readonly calls: { readonly allowed: number; readonly rejected: number }
}

/** Something that one of them did. */
export interface Deed {
  readonly who: string
  readonly text: string
}

export interface Services {
  views(): View[]
  /** An operator's command, by the first of them. */
  command(what: 'isolate' | 'enable'): Promise<void>
  close(): Promise<void>
}

const EVERY_MS = 150

export async function startServices(
  processName: string,
  store: FleetStore,
  url: string,
  tell: (deed: Deed) => void,
): Promise<Services> {
  const members = await Promise.all(
    SERVICES.map((service) => startService(`${service}-${processName}`, store, url, tell)),
  )
  return {
    views: () => members.map(({ view }) => view()),
    command: async (what) => members[0]?.fleet[what]('payments'),
    close: async () => void (await Promise.all(members.map(({ close }) => close()))),
  }
}

async function startService(name: string, store: FleetStore, url: string, tell: (deed: Deed) => void) {
  const registry = createRegistry({ policy: { failureThreshold: 10, openTimeout: OPEN_MS, successThreshold: 2 } })
  const fleet = await joinFleet(registry, {
    ...{ store, namespace: 'demo', instance: name },
    failureRate: { threshold: 0.5, minimumCalls: 30, window: '3s' },
    ramp: { shares: [0.25, 0.5], step: '1s' },
  })
  const payments = registry.breaker('payments')
  let version = 0

  registry.on('overridden', () => {
    const [decided] = fleet.endpoints()
    if (decided === undefined || decided.version === version) return
    version = decided.version
    // One of them has done it, and all hear of it.
    if (decided.writer !== name) return
    const { state, reason, rate, calls, reporters } = decided
    const why =
      reason === 'failureRate' ? `${Math.round(100 * rate)} % of ${calls} calls failed, ${reporters} say so` : reason
    if (state !== 'halfOpen') tell({ who: name, text: `the fleet is ${state}: ${why}` })
  })

  const timer = setInterval(() => {
    const mayProbe = payments.stats().override?.share === 0
    let isSent = false
    const calling = payments.call(async () => {
      isSent = true
      const response = await fetch(url, { headers: { 'x-caller': name } })
      if (!response.ok) throw new Error(`payments answered ${response.status}`)
    })
    const probed = (how: string) => {
      if (mayProbe && isSent) tell({ who: name, text: `probed: ${how}` })
    }
    calling.then(
      () => probed('it works'),
      (error: Error) => probed(error.message),
    )
  }, EVERY_MS)

  return {
    fleet,
    view(): View {
      const { override, state, calls } = payments.stats()
      const share = override?.share ?? 1
      const word = override !== null && share > 0 ? `${Math.round(100 * share)} %` : (override?.state ?? state)
      return { name, word, hasStore: fleet.stats().link.isUp, calls }
    },
    async close() {
      clearInterval(timer)
      await registry.close()
    },
  }
}
