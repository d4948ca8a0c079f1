// Lines: what is logged of each event: in words, fit for one line whatever the endpoint is called, and as fields.
import { describeReason, type RegistryEvents } from '../index.ts'
import { printable } from '../options/index.ts'

export interface Line {
  readonly message: string
  readonly fields: Readonly<Record<string, unknown>>
  /** Beside the fields, for those who can print an error. */
  readonly error?: unknown
}

export function transitionLine(event: RegistryEvents['transition']): Line {
  const { endpoint, from, to, generation, reason, time } = event
  return {
    message: `circuit ${quote(endpoint)} is ${to}, was ${from}: ${describeReason(reason)}`,
    fields: { event: 'transition', endpoint, from, to, generation, reason, at: dateOf(time) },
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

/** An error can be anything, and refuse to be printed. */
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
