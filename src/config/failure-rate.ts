// FailureRate: the failure rate of a policy whose members are given one by one (`failure_rate_threshold`, `minimum_calls`,
// `window_…`), each over that of the default policy.
import type { Findings } from './findings.ts'
import type { Position, Written } from './policy-reader.ts'

type Values = Readonly<Record<string, unknown>>

const IN_RATE: Readonly<Record<string, string>> = {
  failureRateThreshold: 'failureRate.threshold',
  minimumCalls: 'failureRate.minimumCalls',
  windowType: 'failureRate.window',
  windowDuration: 'failureRate.window.time',
  windowSize: 'failureRate.window.calls',
}

/** The policy with its failure rate put together; unchanged if it has none. */
export function withFailureRate(own: Written, over: Written | null, findings: Findings): Written {
  const names = Object.keys(own.single)
  const first = names.find((name) => name !== 'failureWindow')
  if (Object.hasOwn(own.options, 'failureRate')) {
    const position = first === undefined ? undefined : own.positions.get(first)
    if (position !== undefined) {
      findings.mistake(position.path, 'a failure rate given as a whole or member by member', 'both', position.at)
    }
    return own
  }
  if (names.length === 0) return own
  const single: Values = { ...over?.single, ...own.single }
  const whole = objectOr(over?.options['failureRate'])
  const threshold = single['failureRateThreshold'] ?? (has(single, 'failureRateThreshold') ? null : whole['threshold'])
  if (threshold === undefined) {
    for (const name of names) {
      const position = own.positions.get(name)
      if (name === 'failureWindow' || position === undefined) continue
      findings.warning(position.path, 'counts for nothing without a failure_rate_threshold', position.at)
    }
    return own
  }
  // A policy with a rate of its own keeps it if only the window of its count of failures changes.
  if (first === undefined && !has(over?.single ?? {}, 'failureRateThreshold')) return own
  const positions = positionsOf(own, over)
  if (threshold === null) return { ...own, positions, options: { ...own.options, failureRate: null } }
  const window = windowOf(own.single, over?.single ?? {}, objectOr(whole['window']))
  if (typeof window === 'string') {
    const position = first === undefined ? undefined : own.positions.get(first)
    if (position !== undefined) findings.mistake(position.path, `${window} beside it`, 'none', position.at)
    return own
  }
  const minimumCalls = single['minimumCalls'] ?? whole['minimumCalls']
  const failureRate = { threshold, ...(minimumCalls === undefined ? {} : { minimumCalls }), window }
  return { ...own, positions, options: { ...own.options, failureRate } }
}

/** The window, or what is missing. The policy's own values come before the defaults. */
function windowOf(own: Values, over: Values, whole: Values): Values | string {
  const type = typeOf(own) ?? typeOf(over) ?? ('calls' in whole ? 'countBased' : 'timeBased')
  const single: Values = { ...over, ...own }
  if (type === 'countBased') {
    const calls = single['windowSize'] ?? whole['calls']
    return calls === undefined ? 'window_size' : { calls }
  }
  const time = single['windowDuration'] ?? single['failureWindow'] ?? whole['time']
  if (time === undefined || time === null) return 'window_duration, failure_window or window_size'
  // The buckets are of that window.
  return time === whole['time'] && 'buckets' in whole ? { time, buckets: whole['buckets'] } : { time }
}

function typeOf(single: Values): unknown {
  if (single['windowType'] !== undefined) return single['windowType']
  if (has(single, 'windowSize')) return 'countBased'
  return has(single, 'windowDuration') ? 'timeBased' : undefined
}

/** Where the members of the rate are, for messages about them. */
function positionsOf(own: Written, over: Written | null): ReadonlyMap<string, Position> {
  const positions = new Map(own.positions)
  for (const [name, path] of Object.entries(IN_RATE)) {
    const position = own.positions.get(name) ?? over?.positions.get(name)
    if (position === undefined) continue
    positions.set(path, position)
    if (!positions.has('failureRate')) positions.set('failureRate', position)
  }
  const window = own.positions.get('failureWindow')
  if (window !== undefined && !positions.has('failureRate.window.time'))
    positions.set('failureRate.window.time', window)
  return positions
}

function has(values: Values, name: string): boolean {
  return Object.hasOwn(values, name)
}

function objectOr(value: unknown): Values {
  return typeof value === 'object' && value !== null ? (value as Values) : {}
}
