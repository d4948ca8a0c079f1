// LogTransitions: one line in the user's log for each thing that happens to a breaker.

import { checkOptions, checkRegistry } from '../../core/options/index.ts'
import { type AdmissionStatus, ArgumentError, type BreakerState, type Registry } from '../../index.ts'
import { logBulkheads } from './bulkheads.ts'
import { CONVENTIONS, type Convention, conventionOf, type LevelMethods, methodFor } from './conventions.ts'
import {
  errorLine,
  escalatedLine,
  type Line,
  limitedLine,
  overriddenLine,
  restartedLine,
  transitionLine,
  unlimitedLine,
} from './lines.ts'

/** A logger: pino, winston, bunyan, the console, or any object with methods named after levels. */
export type Logger = object

/**
 * The events that are logged: the state that a breaker enters, or that its fleet puts on top of it; calls that are refused
 * at its `maxConcurrent`; a crash of its actor; or an error of your code.
 */
export type LoggedEvent = BreakerState | 'limited' | 'restarted' | 'escalated' | 'error'

/** The options of `logTransitions`. All are optional. */
export interface LogOptions {
  /**
   * How the logger is called: `'pino'` with fields and a message, `'winston'` with one object, `'message'` with a message
   * and fields, `'console'` with a message. Default: detected from the logger; `'message'` for an unknown one.
   */
  readonly convention?: Convention | undefined
  /**
   * The logger's method for each event, or `null` for none. Default: `open`, `forcedOpen`, `disabled`, `limited` and
   * `restarted` are `'warn'`, `closed` and `halfOpen` `'info'`, `escalated` `'error'`, and `error` is `null`: those stay
   * process warnings. A breaker that is closed or half-open but refuses every call is logged as `open`.
   */
  readonly levels?: Readonly<Partial<Record<LoggedEvent, string | null>>> | undefined
}

const NAMES = ['convention', 'levels'] satisfies (keyof LogOptions)[]
const LEVELS: Readonly<Record<LoggedEvent, string | null>> = {
  closed: 'info',
  halfOpen: 'info',
  open: 'warn',
  forcedOpen: 'warn',
  disabled: 'warn',
  limited: 'warn',
  restarted: 'warn',
  escalated: 'error',
  error: null,
}

/**
 * Logs one line for each transition, for each decision of a fleet on top of it, for each restart and escalation, and for a
 * bulkhead when it begins to refuse calls and when it has stopped; in words and as fields. Returns the function that ends
 * it. If the logger throws or rejects, you get the registry's `error` event; no caller is affected.
 * @throws ArgumentError (`INVALID_ARGUMENT`) for wrong options, and for a logger without a method that the levels need
 */
export function logTransitions(registry: Registry, logger: Logger, options: LogOptions = {}): () => void {
  const checked = checkRegistry('logTransitions(registry, logger)', registry)
  checkOptions('options', options, NAMES)
  const given = options as { readonly [K in keyof LogOptions]: unknown }
  if ((typeof logger !== 'object' && typeof logger !== 'function') || logger === null) {
    throw new ArgumentError('logTransitions(registry, logger)', 'a logger: pino, winston or the console', logger)
  }
  const methods = logger as LevelMethods
  const levels = { ...LEVELS, ...checkLevels(methods, given.levels ?? {}) }
  const argumentsOf = CONVENTIONS[checkConvention(given.convention) ?? conventionOf(methods)]
  const isPino = argumentsOf === CONVENTIONS.pino
  // Its result is returned: if a promise rejects, the registry reports it.
  const write = (level: string | null, { message, fields, error }: Line): unknown => {
    const name = level === null ? undefined : methodFor(methods, level)
    if (name === undefined) return undefined
    // pino's own serializer looks for `err`; others would print an Error as {}.
    const all = error !== undefined && isPino ? { ...fields, err: error } : fields
    return (methods[name] as (...given: unknown[]) => unknown).apply(logger, argumentsOf(message, all))
  }
  const ends = [
    checked.on('transition', (event) => {
      // A reset of all would write a line for each breaker that was already closed.
      if (event.from === 'closed' && event.to === 'closed') return undefined
      const admission = admissionIn(checked, event)
      return write(levels[stateOf(event.to, admission)], transitionLine(event, admission))
    }),
    checked.on('overridden', (event) => {
      const admission = admissionOf(checked, event.endpoint)
      const state = event.state === null ? 'closed' : STATE_BY_ADMITS[admission?.admits ?? 'none']
      return write(levels[state], overriddenLine(event, admission))
    }),
    logBulkheads(checked, {
      begins: (event) => write(levels.limited, limitedLine(event)),
      ends: (endpoint, refused) => write(levels.closed, unlimitedLine(endpoint, refused)),
    }),
    checked.on('restarted', (event) => write(levels.restarted, restartedLine(event))),
    checked.on('escalated', (event) => write(levels.escalated, escalatedLine(event))),
  ]
  // With a listener for errors there are no process warnings.
  if (levels.error !== null) ends.push(checked.on('error', (event) => write(levels.error, errorLine(event))))
  return () => {
    for (const end of ends) end()
  }
}

/** Of the generation that has begun with a transition; `null` once it has ended. */
function admissionIn(
  registry: Registry,
  { endpoint, generation }: { readonly endpoint: string; readonly generation: number },
): AdmissionStatus | null {
  const admission = admissionOf(registry, endpoint)
  return admission !== null && registry.breaker(endpoint).generation === generation ? admission : null
}

function admissionOf(registry: Registry, endpoint: string): AdmissionStatus | null {
  return registry.has(endpoint) ? registry.breaker(endpoint).admission() : null
}

/** The level for a transition: if it refuses every call, it is open from a caller's view. */
function stateOf(state: BreakerState, admission: AdmissionStatus | null): BreakerState {
  const isMild = state === 'closed' || state === 'halfOpen'
  return isMild && admission?.admits === 'none' ? 'open' : state
}

const STATE_BY_ADMITS = { all: 'closed', some: 'halfOpen', none: 'open' } as const

function checkLevels(logger: LevelMethods, value: unknown): Partial<Record<LoggedEvent, string | null>> {
  checkOptions('options.levels', value, Object.keys(LEVELS))
  const given = value as object
  for (const [event, level] of Object.entries({ ...LEVELS, ...given })) {
    if (level === null || level === undefined) continue
    const where = event in given ? `options.levels.${event}` : 'logTransitions(registry, logger)'
    if (typeof level !== 'string') throw new ArgumentError(where, 'the name of a method of the logger, or null', level)
    if (methodFor(logger, level) !== undefined) continue
    throw new ArgumentError(where, `a logger with a method ${level}, for ${event}`, logger)
  }
  return given
}

function checkConvention(value: unknown): Convention | undefined {
  if (value === undefined || (typeof value === 'string' && Object.hasOwn(CONVENTIONS, value)))
    return value as Convention
  throw new ArgumentError('options.convention', "'pino', 'winston', 'console' or 'message'", value)
}
