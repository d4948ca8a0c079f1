// Options: how the subpaths check their arguments, beside the core's check of option objects. No entry of the package.
import {
  ArgumentError,
  type Classifier,
  type Duration,
  isBreakerError,
  type Registry,
  resolvePolicy,
} from '../../index.ts'

export { checkOptions } from '../edge/option-object.ts'
export { markRefusal } from '../edge/refusal.ts'
export { printable } from '../rules/printable.ts'
export { missingPeer } from './missing-peer.ts'
export { policyOptionsOf } from './policy-as-options.ts'

/**
 * Checked by its methods: a registry of another copy of the package is an instance of another class.
 * @throws ArgumentError (`INVALID_ARGUMENT`)
 */
export function checkRegistry(where: string, value: unknown): Registry {
  if (hasFunctions(value, 'on', 'stats', 'health', 'report')) return value as Registry
  throw new ArgumentError(where, 'a registry, as createRegistry makes it', value)
}

/**
 * A whole number of at least 1, or the default if it is left out.
 * @throws ArgumentError (`INVALID_ARGUMENT`)
 */
export function checkCount(where: string, value: unknown, otherwise: number): number {
  if (value === undefined) return otherwise
  if (Number.isSafeInteger(value) && (value as number) >= 1) return value as number
  throw new ArgumentError(where, 'a whole number of at least 1', value)
}

/**
 * A duration in ms, read as in a policy. `example` is for the message, `orElse` what else would be right.
 * @throws ArgumentError (`INVALID_ARGUMENT`)
 */
export function checkDuration(where: string, value: unknown, example = '30s', orElse = ''): number {
  try {
    return resolvePolicy({ openTimeout: value as Duration }).openTimeoutMs
  } catch {
    const expected = `a duration above 0: milliseconds or a string such as '${example}'${orElse}`
    throw new ArgumentError(where, expected, value)
  }
}

/**
 * A classifier, in the forms that `isFailure` of a policy takes. `name` is the name of the option.
 * @throws ArgumentError (`INVALID_ARGUMENT`)
 */
export function checkClassifier<C>(name: string, value: C): C {
  try {
    if (resolvePolicy({ isFailure: value as Classifier }).isFailure !== null) return value
  } catch (error) {
    const [mistake] = isBreakerError(error, 'INVALID_POLICY') ? error.mistakes : []
    if (mistake === undefined) throw error
    const rule = mistake.path.slice('policy.isFailure.'.length)
    const received = rule === '' ? value : Object(value)[rule]
    throw new ArgumentError(rule === '' ? name : `${name}.${rule}`, mistake.expected, received)
  }
  throw new ArgumentError(name, 'a classifier, not null', value)
}

/** Whether it is an object or a function with methods of these names. `false` if reading them throws. */
export function hasFunctions(value: unknown, ...names: readonly string[]): boolean {
  try {
    return names.every((name) => typeof Object(value)[name] === 'function')
  } catch {
    return false
  }
}
