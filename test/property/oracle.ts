// The oracle: a breaker by definition, written from DESIGN section 4 without a line of src/. It keeps every outcome of
// the stay and counts by looking through them all, in whole numbers of any size (exact.ts), so that it shares no window,
// tally, rule or rounding with what it judges.
import type { PolicyOptions } from '../../src/index.ts'
import { addingUpTo, isAtLeast, sliceOf } from './exact.ts'
import type { Command, HistorySubject, Image, Result } from './subjects.ts'

interface Ended {
  readonly at: number
  readonly failed: boolean
  readonly durationMs: number
}
interface Held {
  readonly until: number
}
type Rate = Exclude<PolicyOptions['failureRate'], null | undefined>

const isFailed = ({ failed }: Ended) => failed

export class Oracle implements HistorySubject {
  #policy: PolicyOptions
  #now = 0
  #state = 'closed'
  #generation = 0
  #ended: Ended[] = []
  #deadline = Number.NaN
  #openings = 0
  #permits: Held[] = []
  #wins = 0
  #losses = 0
  #calls = { allowed: 0, rejected: 0, succeeded: 0, failed: 0, ignored: 0, late: 0 }

  constructor(policy: PolicyOptions) {
    this.#policy = policy
  }

  admit() {
    this.#pass()
    const mayProbe = this.#state === 'halfOpen' && this.#permits.length < (this.#policy.halfOpenMaxCalls ?? 1)
    if (!mayProbe && this.#state !== 'closed' && this.#state !== 'disabled') {
      this.#calls.rejected++
      return undefined
    }
    this.#calls.allowed++
    const held = { until: this.#now + Number(this.#policy.probeTimeout) }
    if (mayProbe) this.#permits.push(held)
    const { generation, calls, at } = { generation: this.#generation, calls: this.#calls, at: this.#now }
    return (result: Result) => {
      this.#pass()
      if (calls !== this.#calls) return
      if (generation !== this.#generation || (mayProbe && !this.#permits.includes(held))) {
        this.#calls.late++
        return
      }
      this.#permits = this.#permits.filter((other) => other !== held)
      this.#report(result, this.#now - at)
    }
  }

  record(result: 'succeed' | 'fail') {
    this.#pass()
    this.#report(result, 0)
  }

  configure(policy: PolicyOptions) {
    this.#pass()
    this.#policy = policy
  }

  command(command: Command) {
    // Whoever gets at the actor finds it caught up.
    if (command === 'crash') this.#pass()
    if (command === 'crash') return this.#enter(this.#state)
    if (command === 'delete') {
      this.#enter('closed')
      this.#ended = []
      this.#openings = 0
      this.#calls = { allowed: 0, rejected: 0, succeeded: 0, failed: 0, ignored: 0, late: 0 }
      return undefined
    }
    this.#pass()
    if (command === 'trip' && this.#state !== 'open') this.#open(this.#now)
    if (command === 'probe' && this.#state === 'open') this.#enter('halfOpen')
    if (command === 'reset') this.#close()
    if (command === 'isolate' && this.#state !== 'forcedOpen') this.#enter('forcedOpen')
    if (command === 'disable' && this.#state !== 'disabled') this.#enter('disabled')
    if (command === 'enable' && (this.#state === 'forcedOpen' || this.#state === 'disabled')) this.#close()
    return undefined
  }

  advance(ms: number) {
    this.#now += ms
    this.#pass()
  }

  stall(ms: number) {
    this.#now += ms
  }

  image(): Image {
    this.#pass()
    const open = this.#state === 'open'
    return {
      state: this.#state,
      generation: this.#generation,
      remainingMs: open ? this.#deadline - this.#now : null,
      calls: this.#calls,
      tally: this.#evidence(),
      timer: open || (this.#state === 'halfOpen' && this.#permits.length > 0),
    }
  }

  close() {}

  /** What was due by now: the open time, and leases that count as failures when they end. */
  #pass() {
    for (;;) {
      if (this.#state === 'open' && this.#now >= this.#deadline) {
        this.#enter('halfOpen')
        continue
      }
      const [first] = this.#permits.toSorted((left, right) => left.until - right.until)
      if (this.#state !== 'halfOpen' || first === undefined || first.until > this.#now) return
      this.#permits = this.#permits.filter((held) => held !== first)
      this.#lose(first.until)
    }
  }

  #report(result: Result, durationMs: number) {
    if (result === 'ignore') {
      this.#calls.ignored++
      return
    }
    const failed = result === 'fail'
    this.#calls[failed ? 'failed' : 'succeeded']++
    if (this.#state === 'closed') {
      this.#ended.push({ at: this.#now, failed, durationMs })
      if (this.#fires(failed)) this.#open(this.#now)
    } else if (this.#state === 'halfOpen') {
      if (failed) this.#lose(this.#now)
      else if (++this.#wins >= (this.#policy.successThreshold ?? 2)) this.#close()
    } else if (this.#state === 'open' && failed && this.#policy.openTimeoutFrom === 'lastFailure') {
      this.#deadline = this.#now + this.#openTime()
    }
  }

  #lose(at: number) {
    if (++this.#losses >= (this.#policy.halfOpenFailureThreshold ?? 1)) this.#open(at)
  }

  #fires(failed: boolean): boolean {
    const { failureThreshold, failureRate, slowCalls } = this.#policy
    if (failed && this.#counted().length >= (failureThreshold ?? Number.POSITIVE_INFINITY)) return true
    return this.#reaches(failureRate, isFailed) || this.#reaches(slowCalls, this.#isSlow)
  }

  /** The failures that the threshold is about, oldest first. */
  #counted(): Ended[] {
    const { failureWindow, counting } = this.#policy
    const failures = (counting === 'cumulative' ? this.#ended : this.#inARow()).filter(isFailed)
    return failureWindow ? failures.filter(({ at }) => this.#now - at < Number(failureWindow)) : failures
  }

  #inARow(): Ended[] {
    return this.#ended.slice(this.#ended.findLastIndex((call) => !call.failed) + 1)
  }

  readonly #isSlow = ({ durationMs }: Ended) => durationMs > Number(this.#policy.slowCalls?.slowerThan)

  #reaches(rule: Rate | null | undefined, marks: (call: Ended) => boolean): boolean {
    if (!rule) return false
    const within = this.#within(rule)
    const marked = within.filter(marks).length
    return within.length >= (rule.minimumCalls ?? 1) && isAtLeast(marked, within.length, rule.threshold)
  }

  #within({ window: { calls, time, buckets = 10 } }: Rate): Ended[] {
    if (calls) return this.#ended.slice(-calls)
    const slice = (at: number) => sliceOf(at, Number(time), buckets)
    return this.#ended.filter(({ at }) => slice(this.#now) - slice(at) < buckets)
  }

  /** What a snapshot must show of the outcomes of this stay. */
  #evidence(): Image {
    const { failureThreshold, failureWindow, failureRate, slowCalls } = this.#policy
    const ages = failureWindow ? this.#counted().map(({ at }) => this.#now - at) : []
    const window = (rule: Rate | null | undefined, marks: (call: Ended) => boolean) => {
      if (!rule) return null
      const within = this.#within(rule)
      return { slices: addingUpTo(within.length, within.filter(marks).length) }
    }
    return {
      consecutiveFailures: this.#inARow().length,
      failures: this.#ended.filter(isFailed).length,
      failureAgesMs: ages.slice(-(failureThreshold ?? 0)),
      failureRate: window(failureRate, isFailed),
      slowCalls: window(slowCalls, this.#isSlow),
    }
  }

  #openTime(): number {
    const { backoff, openTimeout } = this.#policy
    const grown = backoff ? Number(openTimeout) * (backoff.factor ?? 2) ** (this.#openings - 1) : Number(openTimeout)
    return backoff ? Math.min(grown, Number(backoff.max)) : grown
  }

  #open(at: number) {
    this.#enter('open')
    this.#openings++
    this.#deadline = at + this.#openTime()
  }

  #close() {
    this.#enter('closed')
    this.#openings = 0
    this.#ended = []
  }

  #enter(state: string) {
    this.#state = state
    this.#generation++
    this.#permits = []
    this.#wins = 0
    this.#losses = 0
  }
}
