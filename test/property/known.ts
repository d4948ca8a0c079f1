// Known: what the oracle knows of the calls of a closed generation, and what of that each rule counts: by definition, and across
// changes of the policy by the rules of docs/policy.md. Lists of calls, looked through anew each time, in whole numbers.
import type { PolicyOptions } from '../../src/index.ts'
import { addingUpTo, bucketOf, isAtLeast, type Moment, spread, startOfBucket } from './exact.ts'
import type { Image } from './subjects.ts'

/** A call in the window of a rate, and whether it failed, or was slow. */
interface Seen {
  readonly at: Moment
  readonly marked: boolean
}
type Rate = Exclude<PolicyOptions['failureRate'], null | undefined>
type RateOption = Rate | null | undefined

export class Known {
  /** Of all calls, whether they failed. */
  #ended: boolean[] = []
  /** When they failed, as far as a failureWindow asks for it. */
  #times: number[] = []
  /** For failureRate, and for slowCalls. */
  #rated: Seen[] = []
  #timed: Seen[] = []

  count(policy: PolicyOptions, failed: boolean, durationMs: number, now: number, isSlow = false) {
    const { failureThreshold, failureWindow, counting, failureRate, slowCalls } = policy
    this.#ended.push(failed)
    if (!failed && counting !== 'cumulative') this.#times = []
    if (failed && failureWindow) this.#times = newest([...this.#times, now], failureThreshold ?? 0)
    if (failureRate) this.#rated.push({ at: now, marked: failed })
    if (slowCalls && !isSlow) this.#timed.push({ at: now, marked: durationMs > Number(slowCalls.slowerThan) })
  }

  /** A call that has not ended is slow. */
  slow(at: number) {
    this.#timed.push({ at, marked: true })
  }

  /** The policy changes: what is known of what the new one asks for. */
  configure(from: PolicyOptions, to: PolicyOptions, now: number) {
    const recent = from.failureWindow && to.failureWindow ? recentOf(this.#times, from, now) : []
    const counted = to.counting === 'cumulative' ? recent : newest(recent, this.#inARow())
    this.#times = newest(counted, to.failureThreshold ?? 0)
    this.#rated = refit(this.#rated, from.failureRate, to.failureRate, now)
    this.#timed = refit(this.#timed, from.slowCalls, to.slowCalls, now)
  }

  /** Whether the last call opens; failures are counted when one has failed, rates in any case. */
  fires(policy: PolicyOptions, failed: boolean, now: number): boolean {
    const { failureThreshold, failureRate, slowCalls } = policy
    if (failed && this.#failures(policy, now) >= (failureThreshold ?? Number.POSITIVE_INFINITY)) return true
    return reaches(this.#rated, failureRate, now) || reaches(this.#timed, slowCalls, now)
  }

  /** What a snapshot must show of it. */
  image(policy: PolicyOptions, now: number): Image {
    const { failureWindow, failureRate, slowCalls } = policy
    return {
      consecutiveFailures: this.#inARow(),
      failures: this.#ended.filter(Boolean).length,
      failureAgesMs: failureWindow ? recentOf(this.#times, policy, now).map((at) => now - at) : [],
      failureRate: windowOf(this.#rated, failureRate, now),
      slowCalls: windowOf(this.#timed, slowCalls, now),
    }
  }

  #failures(policy: PolicyOptions, now: number): number {
    if (policy.failureWindow) return recentOf(this.#times, policy, now).length
    return policy.counting === 'cumulative' ? this.#ended.filter(Boolean).length : this.#inARow()
  }

  #inARow(): number {
    return this.#ended.length - (this.#ended.lastIndexOf(false) + 1)
  }
}

function recentOf(times: readonly number[], { failureWindow }: PolicyOptions, now: number): number[] {
  return times.filter((at) => now - at < Number(failureWindow))
}

function reaches(seen: readonly Seen[], rule: RateOption, now: number): boolean {
  if (!rule) return false
  const held = within(seen, rule, now)
  const marked = held.filter((call) => call.marked).length
  return held.length >= (rule.minimumCalls ?? 1) && isAtLeast(marked, held.length, rule.threshold)
}

function windowOf(seen: readonly Seen[], rule: RateOption, now: number) {
  if (!rule) return null
  const held = within(seen, rule, now)
  return { buckets: addingUpTo(held.length, held.filter(({ marked }) => marked).length) }
}

function within(seen: readonly Seen[], { window: { calls, time, buckets = 10 } }: Rate, now: number): Seen[] {
  if (calls) return seen.slice(-calls)
  const bucket = (at: Moment) => bucketOf(at, Number(time), buckets)
  return seen.filter(({ at }) => bucket(now) - bucket(at) < buckets)
}

/** What is known of the calls of a window under another rule. */
function refit(seen: readonly Seen[], from: RateOption, to: RateOption, now: number): Seen[] {
  if (!from || !to) return []
  const held = within(seen, from, now)
  const { calls, time, buckets = 10 } = from.window
  if (calls) return to.window.calls ? held : held.map((call) => ({ ...call, at: now }))
  if (to.window.time === time && (to.window.buckets ?? 10) === buckets) return held
  const numbers = held.map(({ at }) => bucketOf(at, Number(time), buckets))
  return [...new Set(numbers)].flatMap((bucket) => {
    const group = held.filter((_, index) => numbers[index] === bucket)
    const at = startOfBucket(bucket, Number(time), buckets)
    return spread(group.length, group.filter(({ marked }) => marked).length).map((marked) => ({ at, marked }))
  })
}

function newest<T>(list: readonly T[], most: number): T[] {
  return list.slice(Math.max(0, list.length - most))
}
