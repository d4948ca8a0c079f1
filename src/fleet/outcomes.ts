// Outcomes: what this process has seen of an endpoint, in portions of one round, as long as the fleet's window.
import type { EndpointStats } from '../index.ts'
import { type FleetCounts, type FleetRules, reachedRate } from './rules.ts'

const NONE: FleetCounts = Object.freeze({ calls: 0, failures: 0, slow: 0 })

export class Outcomes {
  /** Counts of the breaker at the last reading. */
  #seen: FleetCounts
  /** One portion for each round, the newest last. */
  #rounds: FleetCounts[] = []
  /** Since the last report. */
  #unreported: FleetCounts = NONE
  /** Calls that were rejected, at the last reading. */
  #rejected: number

  constructor(stats: EndpointStats) {
    this.#seen = countsOf(stats)
    this.#rejected = stats.calls.rejected
  }

  /**
   * Runs in each round; `sinceMs` is when the window begins, and `stats` is given only if the breaker has changed since the
   * last round.
   */
  note(stats: EndpointStats | undefined, rounds: number, sinceMs: number): void {
    let portion = NONE
    if (stats !== undefined) {
      const now = countsOf(stats)
      portion = plus(minus(now, this.#seen), this.#turnedAway(stats, sinceMs))
      this.#seen = now
    }
    this.#rounds = [...this.#rounds, portion].slice(-rounds)
    this.#unreported = plus(this.#unreported, portion)
  }

  /**
   * A breaker that has opened by itself makes no call that could fail, and the window would stay full of earlier successes:
   * so its rejections count as failed. For one window only. After that its knowledge is too old, and the fleet, which may
   * have closed since, would learn of an outage that is over.
   */
  #turnedAway({ openedAt, override, calls }: EndpointStats, sinceMs: number): FleetCounts {
    const rejected = Math.max(0, calls.rejected - this.#rejected)
    this.#rejected = calls.rejected
    const isFresh = openedAt !== null && openedAt > sinceMs
    return isFresh && override === null ? { calls: rejected, failures: rejected, slow: 0 } : NONE
  }

  /** What has not been reported; nobody needs it if nothing fails. */
  take(isAskedFor: boolean): FleetCounts | null {
    const unreported = this.#unreported
    this.#unreported = NONE
    const isWorthIt = unreported.failures > 0 || unreported.slow > 0 || (isAskedFor && unreported.calls > 0)
    return isWorthIt ? unreported : null
  }

  /** The report got lost: its outcomes go with the next, unless they have grown too old. */
  giveBack(counts: FleetCounts): void {
    const recent = this.#rounds.reduce(plus, NONE)
    const all = plus(counts, this.#unreported)
    this.#unreported = {
      calls: Math.min(all.calls, recent.calls),
      failures: Math.min(all.failures, recent.failures),
      slow: Math.min(all.slow, recent.slow),
    }
  }

  /** Whether nothing is left that counts. */
  get isEmpty(): boolean {
    return this.#rounds.every(({ calls }) => calls === 0)
  }

  /** Whether this process alone has seen enough fail. */
  isFailing(rules: FleetRules): boolean {
    return reachedRate(this.#rounds.reduce(plus, NONE), rules) !== null
  }
}

function countsOf({ calls }: EndpointStats): FleetCounts {
  return { calls: calls.succeeded + calls.failed, failures: calls.failed, slow: calls.slow }
}

function plus(one: FleetCounts, other: FleetCounts): FleetCounts {
  return { calls: one.calls + other.calls, failures: one.failures + other.failures, slow: one.slow + other.slow }
}

/** A breaker that was made again counts from 0. */
function minus(now: FleetCounts, before: FleetCounts): FleetCounts {
  if (now.calls < before.calls) return now
  return {
    calls: now.calls - before.calls,
    failures: now.failures - before.failures,
    slow: Math.max(0, now.slow - before.slow),
  }
}
