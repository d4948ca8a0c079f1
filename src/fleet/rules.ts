// FleetRules: when a fleet opens an endpoint, for how long, and how it comes back. Plain functions, without a clock; the
// scripts of the Redis stores are the same in Lua, and the contract tests hold them together.
import { createHash } from 'node:crypto'
import { checkOptions } from '../core/options/index.ts'
import { ArgumentError } from '../index.ts'

/** The rules of one endpoint. Processes share an endpoint only if they agree in all of them. */
export interface FleetRules {
  /** How long a call counts, in ms. */
  readonly windowMs: number
  /** With fewer calls of the fleet in the window it does not open. */
  readonly minimumCalls: number
  /** The share of failures in the fleet's window that opens, above 0 and at most 1; `null`: failures don't. */
  readonly failureRate: number | null
  /** The share of slow calls in the fleet's window that opens, above 0 and at most 1; `null`: slow calls don't. */
  readonly slowRate: number | null
  /** How many processes must see it fail by themselves, at least 1. */
  readonly quorumReporters: number
  /** Which share of the live processes must see it fail by themselves, 0 to 1. */
  readonly quorumShare: number
  /** How long the fleet stays open the first time, in ms. */
  readonly openTimeoutMs: number
  /** The factor of the open time from each opening to the next, at least 1. */
  readonly backoffFactor: number
  /** The longest open time, in ms. */
  readonly maxOpenMs: number
  /** A share from 0 to 1 by which an open time may be shorter; drawn from the version, so that all processes get the same. */
  readonly jitter: number
  /** How many probes may be in flight in the whole fleet. */
  readonly halfOpenMaxCalls: number
  /** How long the lease of a probe lasts, in ms. */
  readonly probeTimeoutMs: number
  /** How many probes must succeed to close. */
  readonly successThreshold: number
}

const COUNTS = ['minimumCalls', 'quorumReporters', 'halfOpenMaxCalls', 'successThreshold'] as const
const DURATIONS = ['windowMs', 'openTimeoutMs', 'maxOpenMs', 'probeTimeoutMs'] as const
const SHARES = ['quorumShare', 'jitter'] as const
const RATES = ['failureRate', 'slowRate'] as const
const NAMES = [...COUNTS, ...DURATIONS, ...SHARES, ...RATES, 'backoffFactor'] satisfies (keyof FleetRules)[]
/** A month: no duration of a fleet is longer. */
export const LONGEST_MS = 30 * 24 * 3_600_000

/**
 * Checks that rules are complete and make sense, where they come in.
 * @throws ArgumentError (`INVALID_ARGUMENT`)
 */
export function checkRules(where: string, rules: FleetRules): void {
  checkOptions(where, rules, NAMES)
  const check = (name: keyof FleetRules, expected: string, isRight: (value: number) => boolean) => {
    const value: unknown = rules[name]
    if (typeof value !== 'number' || !isRight(value)) throw new ArgumentError(`${where}.${name}`, expected, value)
  }
  const isWhole = (value: number, most: number) => Number.isSafeInteger(value) && value >= 1 && value <= most
  for (const name of COUNTS) check(name, 'a whole number from 1 to 1000000', (value) => isWhole(value, 1e6))
  for (const name of DURATIONS) {
    check(name, 'whole milliseconds, from 1 to 30 days', (value) => isWhole(value, LONGEST_MS))
  }
  for (const name of SHARES) check(name, 'a share from 0 to 1', (value) => value >= 0 && value <= 1)
  for (const name of RATES) {
    if (rules[name] !== null) check(name, 'a share above 0 and at most 1, or null', (value) => value > 0 && value <= 1)
  }
  check('backoffFactor', 'a number from 1 to 1000', (value) => value >= 1 && value <= 1_000)
  check('maxOpenMs', 'at least openTimeoutMs', (value) => value >= rules.openTimeoutMs)
}

const digests = new WeakMap<FleetRules, { readonly text: string; readonly digest: string }>()

/** The rules in a line, as the scripts read them, and a digest of 8 digits that differs for other rules. */
export function packRules(rules: FleetRules): { readonly text: string; readonly digest: string } {
  const known = digests.get(rules)
  if (known !== undefined) return known
  checkRules('rules', rules)
  const { windowMs, minimumCalls, failureRate, slowRate, quorumReporters, quorumShare } = rules
  const { openTimeoutMs, backoffFactor, maxOpenMs, jitter, halfOpenMaxCalls, probeTimeoutMs, successThreshold } = rules
  // A rate of 2 is never reached.
  const verdict = [windowMs, minimumCalls, failureRate ?? 2, slowRate ?? 2, quorumReporters, quorumShare]
  const recovery = [openTimeoutMs, backoffFactor, maxOpenMs, jitter, halfOpenMaxCalls, probeTimeoutMs, successThreshold]
  const text = [...verdict, ...recovery].join(' ')
  const packed = { text, digest: createHash('sha256').update(text).digest('hex').slice(0, 8) }
  digests.set(rules, packed)
  return packed
}

/** The counts of one process since its last report, or of the fleet in its window. */
export interface FleetCounts {
  /** Successes and failures. */
  readonly calls: number
  /** Those that failed. */
  readonly failures: number
  /** Those that were slow. */
  readonly slow: number
}

/** Which rate reaches its threshold, and its value, or `null`. The failure rate comes first. */
export function reachedRate(
  { calls, failures, slow }: FleetCounts,
  rules: FleetRules,
): { readonly reason: 'failureRate' | 'slowCallRate'; readonly rate: number } | null {
  if (calls <= 0) return null
  if (failures > 0 && failures / calls >= (rules.failureRate ?? 2)) {
    return { reason: 'failureRate', rate: failures / calls }
  }
  return slow > 0 && slow / calls >= (rules.slowRate ?? 2) ? { reason: 'slowCallRate', rate: slow / calls } : null
}

/**
 * Whether enough processes see it fail by themselves: one broken process, however much traffic it has, opens nothing for
 * the others. `live` is the number of processes.
 */
export function hasQuorum(reporters: number, live: number, rules: FleetRules): boolean {
  // Of 30 processes 0.1 is 3.0000000000000004.
  const share = Math.ceil(rules.quorumShare * live - 1e-9)
  return reporters >= Math.max(rules.quorumReporters, share)
}

/** How long an opening with this number lasts, in ms. The version is the seed of the jitter. */
export function openTimeMs(rules: FleetRules, openings: number, version: number): number {
  const grown = Math.min(rules.openTimeoutMs * rules.backoffFactor ** (openings - 1), rules.maxOpenMs)
  const draw = (((version % 65_536) * 40_503) % 65_536) / 65_536
  return Math.max(1, Math.floor(grown * (1 - rules.jitter * draw)))
}
