// ResourceOptions: the options of createResource, checked once.
import type { RecoveryRules } from '../../machines/index.ts'
import { checkDuration, checkOptions, checkRegistry, hasFunctions } from '../core/options/index.ts'
import { ArgumentError, type Duration, type PolicyOptions, type Registry, resolvePolicy } from '../index.ts'
import type { HealthCheck } from './health-check.ts'

/** How a resource recovers. All are optional. */
export interface RecoveryOptions {
  /** The wait from opening to the first check, and between checks that probe. Default `'1s'`. */
  readonly initialDelay?: Duration | undefined
  /** The factor of the wait after a check that failed, and at each reopening; at least 1. Default 2. */
  readonly factor?: number | undefined
  /** The longest wait; at least `initialDelay`. Default `'60s'`, or `initialDelay` if that is longer. */
  readonly maxDelay?: Duration | undefined
  /** A share from 0 to 1 by which a wait may be shorter at random. Default 0.2. */
  readonly jitter?: number | undefined
  /** How long a check may take, also one of `health()`. Default `'5s'`. */
  readonly checkTimeout?: Duration | undefined
  /** The state after a check passes while open. Default `'halfOpen'`; `'closed'` admits every call at once. */
  readonly target?: 'halfOpen' | 'closed' | undefined
  /**
   * Who probes while half-open: calls, or checks (`'healthCheck'`: the breaker's policy gets `probes: 'reports'`, and no
   * call of a user is risked). Default `'calls'`, or `'healthCheck'` if the breaker's policy has `probes: 'reports'`.
   */
  readonly probe?: 'calls' | 'healthCheck' | undefined
}

/** The options of `createResource`. */
export interface ResourceOptions<R> {
  /** The name of the resource, and of its breaker. */
  readonly name: string
  /** The pool or client to guard. It is passed to functions and checks as it is, and never closed. */
  readonly resource: R
  /** Checks whether it is well. */
  readonly healthCheck: HealthCheck<R>
  /** The policy of its breaker. Default: the registry's policy for its name. */
  readonly policy?: PolicyOptions | undefined
  /** The registry in which its breaker is made. Default: a registry of its own, closed with the resource. */
  readonly registry?: Registry | undefined
  /** How it recovers. Default: see RecoveryOptions. `false`: as any breaker, after the open time and by calls. */
  readonly recovery?: RecoveryOptions | false | undefined
}

const NAMES = [
  'name',
  'resource',
  'healthCheck',
  'policy',
  'registry',
  'recovery',
] satisfies (keyof ResourceOptions<0>)[]
const RECOVERY = [
  'initialDelay',
  'factor',
  'maxDelay',
  'jitter',
  'checkTimeout',
  'target',
  'probe',
] satisfies (keyof RecoveryOptions)[]

/** The options of a recovery with every default filled in; who probes is known once the breaker is. */
export interface ResolvedRecovery extends Omit<RecoveryRules, 'probe'> {
  readonly target: 'halfOpen' | 'closed'
  readonly probe: RecoveryRules['probe'] | undefined
}

/** The options, checked; the policy says who probes if the options did. */
export interface ResolvedResource<R> extends Omit<ResourceOptions<R>, 'recovery'> {
  /** `null`: none. */
  readonly recovery: ResolvedRecovery | null
  /** How long a check of `health()` may take. */
  readonly checkTimeoutMs: number
}

/** @throws ArgumentError (`INVALID_ARGUMENT`), PolicyError (`INVALID_POLICY`) */
export function checkResource<R>(options: ResourceOptions<R>): ResolvedResource<R> {
  checkOptions('createResource(options)', options, NAMES)
  const { name, resource, healthCheck, policy, registry, recovery = {} } = options
  if (typeof name !== 'string') throw new ArgumentError('options.name', 'the name of the resource, as a string', name)
  if (resource === undefined || hasFunctions(resource, 'then')) {
    throw new ArgumentError(
      'options.resource',
      'a pool, a client, … (not the promise of one: await it first)',
      resource,
    )
  }
  if (typeof healthCheck !== 'function') {
    throw new ArgumentError('options.healthCheck', 'a function of the resource', healthCheck)
  }
  if (registry !== undefined) checkRegistry('options.registry', registry)
  if (policy !== undefined) resolvePolicy(policy)
  const resolved = recovery === false ? null : checkRecovery(recovery)
  const { checkTimeoutMs } = resolved ?? checkRecovery({})
  const guarded = resolved?.probe === 'healthCheck' ? leftToReports(policy) : policy
  return { name, resource, healthCheck, policy: guarded, registry, recovery: resolved, checkTimeoutMs }
}

function leftToReports(policy: PolicyOptions | undefined): PolicyOptions {
  const probes: unknown = policy?.probes
  if (probes !== undefined && probes !== 'reports') {
    throw new ArgumentError('options.policy.probes', "'reports', because checks probe", probes)
  }
  return { ...policy, probes: 'reports' }
}

function checkRecovery(options: RecoveryOptions): ResolvedRecovery {
  checkOptions('options.recovery', options, RECOVERY)
  const { initialDelay = '1s', factor = 2, maxDelay, jitter = 0.2, checkTimeout = '5s', target = 'halfOpen' } = options
  const initialDelayMs = checkDuration('options.recovery.initialDelay', initialDelay, '5s')
  const maxDelayMs =
    maxDelay === undefined
      ? Math.max(60_000, initialDelayMs)
      : checkDuration('options.recovery.maxDelay', maxDelay, '5s')
  if (maxDelayMs < initialDelayMs) throw wrong('maxDelay', `at least initialDelay (${initialDelayMs} ms)`, maxDelay)
  if (!(Number.isFinite(factor) && factor >= 1)) throw wrong('factor', 'a number of at least 1', factor)
  if (!(Number.isFinite(jitter) && jitter >= 0 && jitter <= 1)) throw wrong('jitter', 'a share from 0 to 1', jitter)
  if (target !== 'halfOpen' && target !== 'closed') throw wrong('target', "'halfOpen' or 'closed'", target)
  const probe: unknown = options.probe
  if (probe !== undefined && probe !== 'calls' && probe !== 'healthCheck') {
    throw wrong('probe', "'calls' or 'healthCheck'", probe)
  }
  return {
    initialDelayMs,
    factor,
    maxDelayMs,
    jitter,
    checkTimeoutMs: checkDuration('options.recovery.checkTimeout', checkTimeout, '5s'),
    target,
    probe,
  }
}

function wrong(option: keyof RecoveryOptions, expected: string, received: unknown): ArgumentError {
  return new ArgumentError(`options.recovery.${option}`, expected, received)
}
