// Catalogue: every metric by its name, unit and attributes. OpenTelemetry takes the names as they stand here, Prometheus
// as OpenTelemetry's exporter would translate them: one dashboard and one set of alerts fits both.
import { STATES } from '../../core/rules/states.ts'

/** What tells one series of a metric from another: labels of Prometheus, attributes of OpenTelemetry. */
export type Labels = Readonly<Record<string, string>>

export interface Metric {
  /** OpenTelemetry's, without `switchgear.` before it. */
  readonly name: string
  /** A counter only ever grows, an upDownCounter can be summed over processes, a gauge can't. */
  readonly kind: 'counter' | 'upDownCounter' | 'gauge'
  /** After UCUM: `s`, `1` for a share of 1, `{call}` for what is counted, '' for what has no unit. */
  readonly unit: string
  readonly help: string
  readonly attributes: readonly string[]
}

export const METRICS = {
  calls: {
    name: 'calls',
    kind: 'counter',
    unit: '{call}',
    help: 'Outcomes of calls: success, failure, timeout (the time of the call was up; no failure beside it) or ignored.',
    attributes: ['endpoint', 'outcome'],
  },
  rejections: {
    name: 'rejections',
    kind: 'counter',
    unit: '{call}',
    help: 'Calls that were not admitted, and so not made.',
    attributes: ['endpoint'],
  },
  limited: {
    name: 'limited',
    kind: 'counter',
    unit: '{call}',
    help: 'Calls that were not made, because maxConcurrent of the policy was reached; 0 without that limit.',
    attributes: ['endpoint'],
  },
  fallbacks: {
    name: 'fallbacks',
    kind: 'counter',
    unit: '{call}',
    help: 'Calls that a fallback answered, after a rejection, a failure or a timeout.',
    attributes: ['endpoint'],
  },
  lateResults: {
    name: 'late_results',
    kind: 'counter',
    unit: '{result}',
    help: 'Outcomes that came after the generation they were admitted in had ended; counted nowhere else.',
    attributes: ['endpoint'],
  },
  slowCalls: {
    name: 'slow_calls',
    kind: 'counter',
    unit: '{call}',
    help: 'Calls slower than slowCalls.slowerThan of the policy; 0 without that rule.',
    attributes: ['endpoint'],
  },
  transitions: {
    name: 'transitions',
    kind: 'counter',
    unit: '{transition}',
    help: 'Changes of state, by the type of their reason.',
    attributes: ['endpoint', 'from', 'to', 'reason'],
  },
  restarts: {
    name: 'restarts',
    kind: 'counter',
    unit: '{restart}',
    help: 'Times that the actor of the breaker crashed and was started again.',
    attributes: ['endpoint'],
  },
  escalations: {
    name: 'escalations',
    kind: 'counter',
    unit: '{escalation}',
    help: 'Times that the actor of the breaker crashed too often, and the breaker was parked.',
    attributes: ['endpoint'],
  },
  stateTime: {
    name: 'state.time',
    kind: 'counter',
    unit: 's',
    help: 'Time spent in each state, the present one included.',
    attributes: ['endpoint', 'state'],
  },
  state: {
    name: 'state',
    kind: 'gauge',
    unit: '',
    help: `The state of the breaker itself: ${STATES.map((state, number) => `${number} ${state}`).join(', ')}. See refuses.`,
    attributes: ['endpoint'],
  },
  refuses: {
    name: 'refuses',
    kind: 'gauge',
    unit: '',
    help: 'Which calls are refused by each who may: 0 none, 1 some, 2 all.',
    attributes: ['endpoint', 'by'],
  },
  breakers: {
    name: 'breakers',
    kind: 'upDownCounter',
    unit: '{breaker}',
    help: 'Breakers in each state, those without a series of their own included.',
    attributes: ['state'],
  },
  breakersRefusing: {
    name: 'breakers_refusing',
    kind: 'upDownCounter',
    unit: '{breaker}',
    help: 'Breakers whose calls are refused, some or all, by each who may; those without a series included.',
    attributes: ['by', 'calls'],
  },
  probesInFlight: {
    name: 'probes_in_flight',
    kind: 'upDownCounter',
    unit: '{probe}',
    help: 'Calls in flight that decide whether the breaker closes.',
    attributes: ['endpoint'],
  },
  callsInFlight: {
    name: 'calls_in_flight',
    kind: 'upDownCounter',
    unit: '{call}',
    help: 'Calls that hold one of the slots of maxConcurrent of the policy; absent without that limit.',
    attributes: ['endpoint'],
  },
  callsQueued: {
    name: 'calls_queued',
    kind: 'upDownCounter',
    unit: '{call}',
    help: 'Calls that wait for one of the slots of maxConcurrent of the policy; absent without that limit.',
    attributes: ['endpoint'],
  },
  failureRatio: {
    name: 'failure_ratio',
    kind: 'gauge',
    unit: '1',
    help: 'Share of failures, 0 to 1, in the window of failureRate of the policy; absent without that rule or a call.',
    attributes: ['endpoint'],
  },
  slowCallRatio: {
    name: 'slow_call_ratio',
    kind: 'gauge',
    unit: '1',
    help: 'Share of slow calls, 0 to 1, in the window of slowCalls of the policy; absent without that rule or a call.',
    attributes: ['endpoint'],
  },
} as const satisfies Record<string, Metric>

export type MetricName = keyof typeof METRICS

/** The values of labels that have few. */
export const LABEL_VALUES = {
  outcome: ['success', 'failure', 'timeout', 'ignored'],
  by: ['operator', 'breaker', 'fleet', 'bulkhead'],
  calls: ['some', 'all'],
} as const

/** A histogram, which OpenTelemetry has no observable instrument for. */
export const CALL_DURATION = {
  name: 'call.duration',
  unit: 's',
  help: 'How long calls took: of the sampled ones, one in latencySampling of the policy; bounds are kept within 5 %.',
  attributes: ['endpoint'],
} as const

/** What OpenTelemetry gets instead. */
export const CALL_DURATION_QUANTILE = {
  name: 'call.duration.quantile',
  kind: 'gauge',
  unit: 's',
  help: 'How long calls took at most, for 0.5, 0.9 and 0.99 of the sampled ones since the breaker was made; within 5 %.',
  attributes: ['endpoint', 'quantile'],
} as const satisfies Metric

/** The name that Prometheus knows it by. */
export function prometheusName({
  name,
  unit,
  kind,
}: Pick<Metric, 'name' | 'unit'> & { kind?: Metric['kind'] }): string {
  const base = `switchgear_${name.replaceAll('.', '_')}${unit === 's' ? '_seconds' : ''}`
  return kind === 'counter' ? `${base}_total` : base
}
