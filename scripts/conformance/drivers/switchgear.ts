// switchgear itself, by its public entry and on the clock of the process, like everyone else.
import { type Clock, createRegistry, type PolicyOptions } from '../../../src/index.ts'
import type { Breaker, Library, Settings } from '../library.ts'

function policyOf(settings: Settings): PolicyOptions {
  const { failureThreshold, openTimeoutMs, halfOpenMaxCalls, successThreshold, filter, window } = settings
  const policy: PolicyOptions = { failureThreshold, openTimeout: openTimeoutMs, halfOpenMaxCalls, successThreshold }
  if (window !== undefined) {
    const { timeMs: time, minimumCalls } = window
    return {
      openTimeout: openTimeoutMs,
      failureThreshold: null,
      failureRate: { threshold: 0.5, minimumCalls, window: { time, buckets: 10 } },
    }
  }
  // Other libraries' filters are asked about errors only.
  return filter === undefined ? policy : { ...policy, isFailure: (outcome) => 'error' in outcome && filter() }
}

/** It tells of no success and of no failure: in their place, of what else it tells of calls. */
const EVENTS = {
  outcomes: ['probe', 'rejected', 'late', 'error'],
  transitions: ['transition'],
} as const

export function startSwitchgear(settings: Settings, clock?: Clock): Breaker {
  const registry = createRegistry({ policy: policyOf(settings), ...(clock && { clock }) })
  const { listener } = settings
  if (listener !== undefined) for (const event of EVENTS[listener.to]) registry.on(event, listener.fn)
  const breaker = registry.breaker('endpoint')
  return {
    run: (fn) => breaker.call(fn),
    state: () => breaker.state,
    stop: () => registry.close(),
  }
}

const refuse = (says: string, policy: object) => ({
  says,
  make: () => {
    const registry = createRegistry({ policy: policy as PolicyOptions })
    const breaker = registry.breaker('endpoint')
    return { run: (fn: () => unknown) => breaker.call(fn), state: () => breaker.state, stop: () => registry.close() }
  },
})

export const switchgear: Library = {
  name: 'switchgear',
  packageName: undefined,
  needsNewerNode: false,
  configuredAs: '`createRegistry({ policy: { failureThreshold, openTimeout, halfOpenMaxCalls, successThreshold } })`',
  policies: [
    { failureThreshold: 1, openTimeout: 30_000, halfOpenMaxCalls: 1, successThreshold: 1 },
    { failureThreshold: 2, openTimeout: 30_000, halfOpenMaxCalls: 2, successThreshold: 2 },
  ],
  hasLease: true,
  remarks: {
    listener:
      'it tells of no success and of no failure; the listener that throws hears `transition`, or `probe`, `rejected`, `late` and `error`',
  },
  // Not with the clock it may be given: by the one that everyone has.
  start: (settings) => startSwitchgear(settings),
  mistakes: [
    refuse('failureThreshold NaN', { failureThreshold: Number.NaN }),
    refuse('failureThreshold 0', { failureThreshold: 0 }),
    refuse('failureThreshold -1', { failureThreshold: -1 }),
    refuse('failureThreshold Infinity', { failureThreshold: Number.POSITIVE_INFINITY }),
    refuse('openTimeout NaN', { openTimeout: Number.NaN }),
    refuse('openTimeout -1', { openTimeout: -1 }),
    refuse('openTimeout Infinity', { openTimeout: Number.POSITIVE_INFINITY }),
    refuse('timeout Infinity', { timeout: Number.POSITIVE_INFINITY }),
  ],
}
