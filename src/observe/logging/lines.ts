// Lines: what is logged for each event: in words, safe for one line whatever the name of the endpoint, and as fields.

import { printable } from '../../core/options/index.ts'
import { type AdmissionStatus, describeReason, type Refuser, type RegistryEvents } from '../../index.ts'

export interface Line {
  readonly message: string
  readonly fields: Readonly<Record<string, unknown>>
  /** Beside the fields, for loggers that can print an error. */
  readonly error?: unknown
}

/** `admission` is that of the generation that has begun; `null` if another has begun since. */
export function transitionLine(event: RegistryEvents['transition'], admission: AdmissionStatus | null): Line {
  const { endpoint, from, to, generation, reason, time } = event
  const isExpected = to === 'open' || to === 'forcedOpen' || (to === 'halfOpen' && admission?.admits === 'some')
  const besides = isExpected && OWN.includes(admission?.refusedBy) ? '' : refusalIn(admission)
  return {
    message: `circuit ${quote(endpoint)} is ${to}, was ${from}: ${describeReason(reason)}${besides}`,
    fields: { event: 'transition', endpoint, from, to, generation, reason, ...refusal(admission), at: dateOf(time) },
  }
}

export function overriddenLine(event: RegistryEvents['overridden'], admission: AdmissionStatus | null): Line {
  const { endpoint, state, reason, time } = event
  const what = reason === null ? 'no more' : `as ${state}: ${describeReason(reason)}`
  // A breaker that an operator has disabled ignores its fleet.
  const besides = reason !== null && admission?.admits === 'all' ? '; every call is admitted' : refusalIn(admission)
  return {
    message: `circuit ${quote(endpoint)} is overridden ${what}${besides}`,
    fields: { event: 'overridden', endpoint, state, reason, ...refusal(admission), at: dateOf(time) },
  }
}

export function limitedLine({ endpoint, generation, inFlight, queued }: RegistryEvents['limited']): Line {
  const full = `${inFlight} in flight${queued > 0 ? `, ${queued} waiting` : ''}`
  return {
    message: `circuit ${quote(endpoint)} begins to refuse calls at its maxConcurrent: ${full}`,
    fields: { event: 'limited', endpoint, generation, inFlight, queued, at: dateOf(Date.now()) },
  }
}

/** A bulkhead has stopped refusing calls. */
export function unlimitedLine(endpoint: string, refused: number): Line {
  return {
    message: `circuit ${quote(endpoint)} refuses no more calls at its maxConcurrent: it has refused ${refused}`,
    fields: { event: 'unlimited', endpoint, refused, at: dateOf(Date.now()) },
  }
}

export function restartedLine({ endpoint, generation, error, time }: RegistryEvents['restarted']): Line {
  return {
    message: `circuit ${quote(endpoint)} goes on after a crash of its actor: ${inWords(error)}`,
    fields: { event: 'restarted', endpoint, generation, at: dateOf(time) },
    error,
  }
}

export function escalatedLine({ endpoint, state, error, time }: RegistryEvents['escalated']): Line {
  return {
    message: `circuit ${quote(endpoint)} is parked as ${state}, its actor crashed too often: ${inWords(error)}`,
    fields: { event: 'escalated', endpoint, state, at: dateOf(time) },
    error,
  }
}

export function errorLine({ source, endpoint, error }: RegistryEvents['error']): Line {
  const whose = endpoint === undefined ? '' : ` of circuit ${quote(endpoint)}`
  return {
    message: `code handed to the registry went wrong, ${source}${whose}: ${inWords(error)}`,
    fields: { event: 'error', source, ...(endpoint === undefined ? {} : { endpoint }) },
    error,
  }
}

const OWN: readonly unknown[] = ['operator', 'breaker'] satisfies Refuser[]
const WORDS: Readonly<Record<Refuser, string>> = {
  operator: 'an operator',
  breaker: 'the breaker',
  fleet: 'the fleet',
  bulkhead: 'its maxConcurrent',
}

/** Which calls are refused and by whom, as the end of a line. */
function refusalIn(admission: AdmissionStatus | null): string {
  if (admission === null || admission.refusedBy === null) return ''
  const which = admission.admits === 'none' ? 'every call is' : 'some calls are'
  return `; ${which} refused by ${WORDS[admission.refusedBy]}`
}

function refusal(admission: AdmissionStatus | null): object {
  return admission === null ? {} : { admits: admission.admits, refusedBy: admission.refusedBy }
}

/** An error can be anything, and may throw when it is printed. */
function inWords(error: unknown): string {
  try {
    return printable(error instanceof Error ? `${error.name}: ${error.message}` : String(error))
  } catch {
    return 'something that cannot be printed'
  }
}

function dateOf(time: number): string {
  return new Date(time).toISOString()
}

/** As the errors of the core quote it. */
function quote(name: string): string {
  const short = name.length > 80 ? `${name.slice(0, 80)}…` : name
  return printable(JSON.stringify(short), Number.POSITIVE_INFINITY)
}
