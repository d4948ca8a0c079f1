// Traffic: a process that goes on reporting and polling whatever happens, and notes how long each request took.

import type { FleetLink } from '../../../src/fleet/store.ts'
import { FleetStoreError } from '../../../src/fleet/store-error.ts'
import { saw } from '../../../src/fleet/testing/requests.ts'

export interface Traffic {
  /** The longest that any request took, in ms. */
  readonly longestMs: number
  /** How many were answered; how many came to which error. */
  readonly outcomes: Readonly<Record<string, number>>
  /** The most that were without an answer at a time. */
  readonly mostPending: number
  stop(): Promise<void>
}

export function startTraffic(link: FleetLink, everyMs = 20): Traffic {
  const outcomes: Record<string, number> = {}
  const running = new Set<Promise<void>>()
  const traffic = { longestMs: 0, mostPending: 0, outcomes }
  const ask = async (request: Promise<unknown>) => {
    const from = performance.now()
    const outcome = await request.then(
      () => 'answered',
      (error: unknown) => (error instanceof FleetStoreError ? error.code : String(error)),
    )
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
    traffic.longestMs = Math.max(traffic.longestMs, performance.now() - from)
  }
  const timer = setInterval(() => {
    for (const request of [link.report([saw('busy', 0, 1)]), link.poll({ cursor: null, entries: [] })]) {
      const asked = ask(request).finally(() => running.delete(asked))
      running.add(asked)
    }
    traffic.mostPending = Math.max(traffic.mostPending, link.figures().pending)
  }, everyMs)
  return Object.assign(traffic, {
    async stop() {
      clearInterval(timer)
      await Promise.all(running)
    },
  })
}

/** Settles when a question is answered with `true`, which it has to be in time. */
export async function eventually(
  what: string,
  isSo: () => boolean | Promise<boolean>,
  withinMs = 10_000,
): Promise<void> {
  const until = performance.now() + withinMs
  while (!(await isSo())) {
    if (performance.now() > until) throw new Error(`not within ${withinMs} ms: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** Whether it answers a poll now. */
export function answers(link: FleetLink): Promise<boolean> {
  return link.poll({ cursor: null, entries: [] }).then(
    () => true,
    () => false,
  )
}
