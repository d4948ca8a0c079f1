// FleetOptions: the options of joinFleet, checked once; and the rules under which an endpoint is shared.
import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import type { FleetBreakerRules, MembershipRules } from '../../machines/index.ts'
import { checkDuration, checkOptions, hasFunctions } from '../core/options/index.ts'
import { ArgumentError, type Duration, matchNames, type Policy, resolvePolicy } from '../index.ts'
import { guardedStore } from './guarded-store.ts'
import { memoryStore } from './memory-store.ts'
import { checkSafeName } from './names.ts'
import { checkRules, type FleetRules, LONGEST_MS } from './rules.ts'
import type { FleetStore } from './store.ts'

/** How many processes must see an endpoint fail by themselves before the fleet opens it. */
export interface QuorumOptions {
  /** The least number of processes. Default 2: one broken process opens nothing for the others. */
  readonly reporters?: number | undefined
  /** The least share of the processes, 0 to 1. Default 0.1. */
  readonly share?: number | undefined
}

/** When the fleet opens: by the rate of failures over all its processes. */
export interface FleetRateOptions {
  /** The share of failures that opens, above 0 and at most 1. Default 0.5. */
  readonly threshold?: number | undefined
  /** With fewer calls in the whole fleet it never opens. Default 20. */
  readonly minimumCalls?: number | undefined
  /** How long a call counts. Default `'10s'`. */
  readonly window?: Duration | undefined
}

/** How traffic returns once the fleet has closed. */
export interface FleetRampOptions {
  /** The shares of calls that are admitted one after the other, each above 0 and below 1. Default `[0.1, 0.3]`; `[]`: all at once. */
  readonly shares?: readonly number[] | undefined
  /** How long each of them lasts. Default `'1s'`. */
  readonly step?: Duration | undefined
}

/** The options of `joinFleet`. All are optional. */
export interface FleetOptions {
  /** Where the fleet keeps its decisions. Default: `memoryStore()`, for one process. */
  readonly store?: FleetStore | undefined
  /** The name of the fleet: 1 to 64 letters, digits, dots, dashes and underscores. Default `'switchgear'`. */
  readonly namespace?: string | undefined
  /**
   * The name of this process in it, of the same characters; each process needs its own. Default: host, process and a random
   * number.
   */
  readonly instance?: string | undefined
  /** Names and patterns of the endpoints that are shared. Default: all. */
  readonly endpoints?: readonly string[] | undefined
  /** When the fleet opens an endpoint. */
  readonly failureRate?: FleetRateOptions | undefined
  /** How many processes must agree. */
  readonly quorum?: QuorumOptions | undefined
  /** How traffic returns. */
  readonly ramp?: FleetRampOptions | undefined
  /** The time from one round with the store to the next, give or take a tenth. Default `'1s'`. */
  readonly pollInterval?: Duration | undefined
}

const NAMES = [
  'store',
  'namespace',
  'instance',
  'endpoints',
  'failureRate',
  'quorum',
  'ramp',
  'pollInterval',
] satisfies (keyof FleetOptions)[]

/** The options, checked, every default filled in. */
export interface ResolvedFleet {
  readonly store: FleetStore
  readonly namespace: string
  readonly instance: string
  readonly isShared: (endpoint: string) => boolean
  readonly pollMs: number
  readonly membership: MembershipRules
  readonly breaker: FleetBreakerRules
  /** The rules under which an endpoint with this policy is shared. */
  readonly rulesFor: (policy: Policy) => FleetRules
}

/** @throws ArgumentError (`INVALID_ARGUMENT`) */
export function checkFleet(options: FleetOptions): ResolvedFleet {
  checkOptions('joinFleet(registry, options)', options, NAMES)
  const {
    store = memoryStore(),
    namespace = 'switchgear',
    instance = ownName(),
    endpoints,
    pollInterval = '1s',
  } = options
  if (!hasFunctions(store, 'join')) throw new ArgumentError('options.store', 'a store: redisStore({ url }), …', store)
  const isShared = endpoints === undefined ? () => true : matchNames(endpoints)
  const pollMs = checkDuration('options.pollInterval', pollInterval, '1s')
  const given = checkFailureRate(options.failureRate ?? {})
  const quorum = checkQuorum(options.quorum ?? {})
  const { shares, stepMs } = checkRamp(options.ramp ?? {})
  const rulesFor = (policy: Policy): FleetRules => ({ ...given, ...quorum, slowRate: null, ...recoveryOf(policy) })
  checkRules('options', rulesFor(resolvePolicy({})))
  return {
    // A store that hangs costs a deadline now and then, not one for each request.
    store: store.isLocal === true ? store : guardedStore(store),
    namespace: checkSafeName('options.namespace', namespace),
    instance: checkSafeName('options.instance', instance),
    isShared,
    pollMs,
    membership: {
      pollMs,
      // Then a command is seen within 1.1 rounds, pushed or not.
      pollJitter: 0.1,
      breatherMs: Math.min(100, pollMs / 2),
      // The store has deadlines of its own; this is for a store that does not keep them.
      roundTimeoutMs: 5_000,
      retryMs: Math.min(100, pollMs),
      maxRetryMs: Math.max(5_000, pollMs),
      leaveTimeoutMs: 1_000,
    },
    breaker: {
      spreadMsPerProcess: 5,
      degradedProbesPerSecond: 20,
      retryLeaseMs: 1_000,
      answerTimeoutMs: 5_000,
      leaseMarginMs: 50,
      probeTimeoutMs: 30_000,
      rampShares: shares,
      rampStepMs: stepMs,
    },
    rulesFor,
  }
}

/** The policy of the breaker decides how an endpoint comes back. */
function recoveryOf(policy: Policy) {
  const { openTimeoutMs, backoff, halfOpenMaxCalls, probeTimeoutMs, successThreshold } = policy
  const openMs = wholeMs(openTimeoutMs)
  // A policy may say more than a fleet can keep: nobody means a month to the millisecond.
  return {
    openTimeoutMs: openMs,
    backoffFactor: Math.min(backoff?.factor ?? 1, 1_000),
    maxOpenMs: Math.max(openMs, wholeMs(backoff?.maxMs ?? openMs)),
    jitter: backoff?.jitter ?? 0,
    halfOpenMaxCalls: Math.min(halfOpenMaxCalls, 1e6),
    probeTimeoutMs: wholeMs(probeTimeoutMs),
    successThreshold: Math.min(successThreshold, 1e6),
  }
}

function wholeMs(ms: number): number {
  return Math.min(Math.max(1, Math.round(ms)), LONGEST_MS)
}

function checkFailureRate(rate: FleetRateOptions) {
  checkOptions('options.failureRate', rate, ['threshold', 'minimumCalls', 'window'])
  const { threshold = 0.5, minimumCalls = 20, window = '10s' } = rate
  if (!(threshold > 0 && threshold <= 1)) {
    throw new ArgumentError('options.failureRate.threshold', 'a share above 0 and at most 1', threshold)
  }
  if (!Number.isSafeInteger(minimumCalls) || minimumCalls < 1) {
    throw new ArgumentError('options.failureRate.minimumCalls', 'a whole number of at least 1', minimumCalls)
  }
  return {
    failureRate: threshold,
    minimumCalls,
    windowMs: Math.round(checkDuration('options.failureRate.window', window, '1s')),
  }
}

function checkQuorum(quorum: QuorumOptions) {
  checkOptions('options.quorum', quorum, ['reporters', 'share'])
  const { reporters = 2, share = 0.1 } = quorum
  if (!Number.isSafeInteger(reporters) || reporters < 1) {
    throw new ArgumentError('options.quorum.reporters', 'a whole number of at least 1', reporters)
  }
  if (!(share >= 0 && share <= 1)) throw new ArgumentError('options.quorum.share', 'a share from 0 to 1', share)
  return { quorumReporters: reporters, quorumShare: share }
}

function checkRamp(ramp: FleetRampOptions) {
  checkOptions('options.ramp', ramp, ['shares', 'step'])
  const { shares = [0.1, 0.3], step = '1s' } = ramp
  if (!Array.isArray(shares) || !shares.every((share) => share > 0 && share < 1)) {
    throw new ArgumentError('options.ramp.shares', 'a list of shares above 0 and below 1', shares)
  }
  return { shares: [...shares], stepMs: checkDuration('options.ramp.step', step, '1s') }
}

function ownName(): string {
  const host = hostname()
    .replaceAll(/[^A-Za-z0-9._-]/g, '-')
    .slice(0, 40)
  return `${host}.${process.pid}.${randomBytes(4).toString('hex')}`
}
