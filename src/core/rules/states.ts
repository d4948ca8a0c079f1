// States: what a breaker can be in, written once: names, numbers and words. All else that lists them is made of these.

/** In the order of their numbers, which gauges and the dashboard's wire tell. */
export const STATES = ['closed', 'halfOpen', 'open', 'forcedOpen', 'disabled'] as const

/**
 * `closed` admits every call, `open` rejects every call, `halfOpen` admits a few probes; operators hold a breaker in
 * `forcedOpen` (rejects) or `disabled` (admits).
 */
export type BreakerState = (typeof STATES)[number]

/** As people say them. */
export const STATE_WORDS: Readonly<Record<BreakerState, string>> = {
  closed: 'closed',
  halfOpen: 'half-open',
  open: 'open',
  forcedOpen: 'forced open',
  disabled: 'disabled',
}

/** Its index in STATES. */
export function numberOfState(state: BreakerState): number {
  return STATES.indexOf(state)
}
