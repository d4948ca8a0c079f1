// Options: those of inspectRegistry, checked once.

import { checkOptions, hasFunctions } from '../../core/options/index.ts'
import { ArgumentError, matchNames } from '../../index.ts'
import { type MessageReceiver, type StatelyInspector, senderTo } from './inspector.ts'
import type { InspectionMessage } from './messages.ts'
import type { SelectionRules } from './selection.ts'

/** The options of inspectRegistry. Only the inspector is required. */
export interface InspectOptions {
  /** Where it is shown: a bridge of `createInspectorBridge`, or an inspector of @statelyai/inspect. */
  readonly inspector: MessageReceiver | StatelyInspector
  /**
   * Which endpoints may be shown: names and patterns (`'db-*'`), as in the `policies` of a registry. Default: any that is
   * not closed, and the first 50.
   */
  readonly endpoints?: readonly string[] | undefined
  /**
   * How many of those are shown even though they are closed, in the order in which they were made. Default 50; with
   * `endpoints` all that match.
   */
  readonly first?: number | undefined
  /**
   * How many are shown at most, at least 1. Default 200. When one more opens, it replaces one that was added for the same
   * reason and has closed again; if there is none, the new one is not shown.
   */
  readonly maxEndpoints?: number | undefined
  /**
   * How many calls of one breaker are shown per second. The rest is left out, but never what changes a breaker. Default 20.
   * `Infinity` shows all. With `0` the breakers stay folded: their calls cost nothing, and only what changes them is shown.
   */
  readonly callsPerSecond?: number | undefined
  /**
   * Whether messages of trips and of errors are shown, too. Default `false`: they may contain data that must not leave the
   * process.
   */
  readonly values?: boolean | undefined
  /** The name under which the registry is shown. Default `'registry'`. */
  readonly name?: string | undefined
}

export interface ResolvedInspectOptions {
  readonly send: (message: InspectionMessage) => unknown
  readonly selection: SelectionRules
  readonly callsPerSecond: number
  readonly values: boolean
  readonly name: string
}

const KEYS = ['inspector', 'endpoints', 'first', 'maxEndpoints', 'callsPerSecond', 'values', 'name']
const FIRST = 50
const MOST_ENDPOINTS = 200
const CALLS_PER_SECOND = 20

/** @throws ArgumentError (`INVALID_ARGUMENT`) */
export function resolveInspectOptions(registry: unknown, options: InspectOptions): ResolvedInspectOptions {
  // Not by its class: the package may be loaded twice, as ES module and as CommonJS.
  if (!hasFunctions(registry, 'on', 'breaker', 'list')) {
    throw new ArgumentError('inspectRegistry(registry)', 'a registry of createRegistry()', registry)
  }
  checkOptions('inspectRegistry(registry, options)', options, KEYS)
  const { inspector, endpoints, first, maxEndpoints = MOST_ENDPOINTS, callsPerSecond = CALLS_PER_SECOND } = options
  const { values = false, name = 'registry' } = options
  check('endpoints', endpoints === undefined || areNames(endpoints), 'an array of names and patterns', endpoints)
  check('first', first === undefined || isWhole(first, 0), 'a whole number of at least 0', first)
  check('maxEndpoints', isWhole(maxEndpoints, 1), 'a whole number of at least 1', maxEndpoints)
  const isRate = callsPerSecond === Number.POSITIVE_INFINITY || isWhole(callsPerSecond, 0)
  check('callsPerSecond', isRate, 'a whole number of at least 0, or Infinity', callsPerSecond)
  check('values', typeof values === 'boolean', 'true or false', values)
  check('name', typeof name === 'string', 'a string', name)
  const matches = endpoints === undefined ? () => true : matchNames(endpoints)
  const selection = { matches, first: first ?? (endpoints === undefined ? FIRST : maxEndpoints), maxEndpoints }
  return { send: senderTo(inspector), selection, callsPerSecond, values, name }
}

function check(option: string, isRight: boolean, expected: string, received: unknown): void {
  if (!isRight) throw new ArgumentError(`inspectRegistry(registry, { ${option} })`, expected, received)
}

function areNames(value: unknown): boolean {
  return Array.isArray(value) && value.every((name) => typeof name === 'string')
}

function isWhole(value: unknown, least: number): boolean {
  return Number.isSafeInteger(value) && (value as number) >= least
}
