// FailureRate: the failure rate of a policy whose members are given one by one (`failure_rate_threshold`, `minimum_calls`,
// `window_…`), each over that of the default policy.
import type { Findings } from './findings.ts'
import type { Place, Written } from './policy-reader.ts'

type Values = Readonly<Record<string, unknown>>

const IN_RATE: Readonly<Record<string, string>> = {
  failureRateThreshold: 'failureRate.threshold',
  minimumCalls: 'failureRate.minimumCalls',
  windowType: 'failureRate.window',
  windowDuration: 'failureRate.window.time',
  windowSize: 'failureRate.window.calls',
}

/** The policy with its failure rate put together; as it was where it says nothing of one. */
export function withFailureRate(own: Written, over: Written | null, findings: Findings): Written {
  const names = Object.keys(own.single)
  const first = names.find((name) => name !== 'failureWindow')
  if (Object.hasOwn(own.options, 'failureRate')) {
    const place = first === undefined ? undefined : own.places.get(first)
    if (place !== undefined) {
      findings.mistake(place.path, 'a failure rate given as a whole or member by member', 'both', place.at)
    }
    return own
  }
  if (names.length === 0) return own
  const single: Values = { ...over?.single, ...own.single }
  const whole = objectOr(over?.options['failureRate'])
  const threshold = single['failureRateThreshold'] ?? (has(single, 'failureRateThreshold') ? null : whole['threshold'])
  if (threshold === undefined) {
    for (const name of names) {
      const place = own.places.get(name)
      if (name === 'failureWindow' || place === undefined) continue
      findings.warning(place.path, 'counts for nothing without a failure_rate_threshold', place.at)
    }
    return own
  }
  // A policy with a rate of its own keeps it where only the window of its count of failures changes.
  if (first === undefined && !has(over?.single ?? {}, 'failureRateThreshold')) return own
  const places = placesOf(own, over)
  if (threshold === null) return { ...own, places, options: { ...own.options, failureRate: null } }
  const window = windowOf(own.single, over?.single ?? {}, objectOr(whole['window']))
  if (typeof window === 'string') {
    const place = first === undefined ? undefined : own.places.get(first)
    if (place !== undefined) findings.mistake(place.path, `${window} beside it`, 'none', place.at)
    return own
  }
  const minimumCalls = single['minimumCalls'] ?? whole['minimumCalls']
  const failureRate = { threshold, ...(minimumCalls === undefined ? {} : { minimumCalls }), window }
  return { ...own, places, options: { ...own.options, failureRate } }
}

/** The window, or what is missing. What the policy itself says goes before what the default says. */
function windowOf(own: Values, over: Values, whole: Values): Values | string {
  const type = typeOf(own) ?? typeOf(over) ?? ('calls' in whole ? 'countBased' : 'timeBased')
  const single: Values = { ...over, ...own }
  if (type === 'countBased') {
    const calls = single['windowSize'] ?? whole['calls']
    return calls === undefined ? 'window_size' : { calls }
  }
  const time = single['windowDuration'] ?? single['failureWindow'] ?? whole['time']
  if (time === undefined || time === null) return 'window_duration, failure_window or window_size'
  // The slices are of that window.
  return time === whole['time'] && 'buckets' in whole ? { time, buckets: whole['buckets'] } : { time }
}

function typeOf(single: Values): unknown {
  if (single['windowType'] !== undefined) return single['windowType']
  if (has(single, 'windowSize')) return 'countBased'
  return has(single, 'windowDuration') ? 'timeBased' : undefined
}

/** Where the members of the rate are, for who is told that one is wrong. */
function placesOf(own: Written, over: Written | null): ReadonlyMap<string, Place> {
  const places = new Map(own.places)
  for (const [name, path] of Object.entries(IN_RATE)) {
    const place = own.places.get(name) ?? over?.places.get(name)
    if (place === undefined) continue
    places.set(path, place)
    if (!places.has('failureRate')) places.set('failureRate', place)
  }
  const window = own.places.get('failureWindow')
  if (window !== undefined && !places.has('failureRate.window.time')) places.set('failureRate.window.time', window)
  return places
}

function has(values: Values, name: string): boolean {
  return Object.hasOwn(values, name)
}

function objectOr(value: unknown): Values {
  return typeof value === 'object' && value !== null ? (value as Values) : {}
}
