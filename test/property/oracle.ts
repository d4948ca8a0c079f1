// The oracle: a breaker by definition, written from docs/requirements.md and the rules of docs/policy.md without a line of src/.
// It keeps every outcome of the generation (known.ts) and counts by looking through them all, in whole numbers of any size
// (exact.ts), so that it shares no window, evidence, rule or rounding with what it judges.
import type { PolicyOptions } from '../../src/index.ts'
import { Known } from './known.ts'
import { type Command, type HistorySubject, type Image, type Result, TRIP_MS } from './subjects.ts'

interface Held {
  readonly until: number
}
/** A call of a closed generation, begun under a rule for slow calls. */
interface Flight {
  readonly began: number
  isSlow: boolean
}
/** The shares of all calls since it began, added up, and how many of them were admitted. */
interface Ramp {
  readonly from: number
  readonly until: number
  shares: number
  admitted: number
}

function isWhole({ shares, admitted }: Ramp, share: number): boolean {
  return Math.floor(shares + share + 1e-9) > admitted
}
export interface Look {
  readonly lets: 'all' | 'probe' | 'share' | 'no'
  readonly admitsNext: boolean
  /** How many calls more may probe now, and the share of a ramp. */
  readonly permits?: number
  readonly share?: number
}

export class Oracle implements HistorySubject {
  #policy: PolicyOptions
  #now = 0
  #state = 'closed'
  #generation = 0
  #known = new Known()
  #deadline = Number.NaN
  #openings = 0
  #permits: Held[] = []
  #flights: Flight[] = []
  /** Since when the rule for slow calls is in force. */
  #ruled = 0
  #wins = 0
  #losses = 0
  #ramp: Ramp | null = null
  #calls = { allowed: 0, rejected: 0, succeeded: 0, failed: 0, ignored: 0, late: 0 }

  constructor(policy: PolicyOptions) {
    this.#policy = policy
  }

  /** What it lets through by now, and whether the next call; to ask counts nothing. */
  look(): Look {
    this.#pass()
    const most = this.#policy.halfOpenMaxCalls ?? 1
    const permits = Math.max(0, most - this.#permits.length)
    if (this.#state === 'closed' || this.#state === 'disabled') return { lets: 'all', admitsNext: true }
    if (this.#ramp !== null) {
      const share = this.#shareOf(this.#ramp)
      return { lets: 'share', admitsNext: isWhole(this.#ramp, share), share }
    }
    const isTrial = this.#state === 'halfOpen' && this.#policy.probes !== 'reports'
    return isTrial ? { lets: 'probe', admitsNext: permits > 0, permits } : { lets: 'no', admitsNext: false }
  }

  /** Those of the calls that probe. */
  get permits(): readonly object[] {
    return this.#permits
  }

  admit() {
    const { lets, admitsNext } = this.look()
    const mayProbe = lets === 'probe' && admitsNext
    const isShare = this.#ramp !== null && this.#takesShare(this.#ramp)
    if (!mayProbe && !isShare && this.#state !== 'closed' && this.#state !== 'disabled') {
      this.#calls.rejected++
      return undefined
    }
    this.#calls.allowed++
    const held = { until: this.#now + Number(this.#policy.probeTimeout) }
    if (mayProbe) this.#permits.push(held)
    const flight = { began: this.#now, isSlow: false }
    if (this.#state === 'closed' && this.#policy.slowCalls) this.#flights.push(flight)
    const { generation, calls, at } = { generation: this.#generation, calls: this.#calls, at: this.#now }
    return (result: Result) => {
      this.#pass()
      if (calls !== this.#calls) return
      if (generation !== this.#generation || (mayProbe && !this.#permits.includes(held))) {
        this.#calls.late++
        return
      }
      this.#permits = this.#permits.filter((other) => other !== held)
      this.#flights = this.#flights.filter((other) => other !== flight)
      this.#report(result, this.#now - at, flight.isSlow)
    }
  }

  record(result: 'succeed' | 'fail') {
    this.#pass()
    this.#report(result, 0)
  }

  configure(policy: PolicyOptions) {
    this.#pass()
    this.#known.configure(this.#policy, policy, this.#now)
    if (!policy.slowCalls) this.#flights = []
    this.#ruled = this.#now
    this.#policy = policy
  }

  command(command: Command) {
    // Whoever gets at the actor finds it caught up.
    if (command === 'crash') this.#pass()
    if (command === 'crash') return this.#enter(this.#state, this.#ramp)
    if (command === 'delete') {
      this.#close()
      this.#calls = { allowed: 0, rejected: 0, succeeded: 0, failed: 0, ignored: 0, late: 0 }
      return undefined
    }
    this.#pass()
    if (command === 'trip') this.#trip()
    if (command === 'tripFor') this.#trip(TRIP_MS)
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
      evidence: this.#known.image(this.#policy, this.#now),
      timer: open || (this.#state === 'halfOpen' && (this.#ramp !== null || this.#permits.length > 0)),
    }
  }

  close() {}

  /** What was due by now: the open time, and leases that count as failures when they end. */
  #pass() {
    for (;;) {
      if (this.#becomesSlow()) continue
      if (this.#state === 'open' && this.#now >= this.#deadline) {
        this.#enter('halfOpen')
        continue
      }
      if (this.#ramp !== null && this.#now >= this.#ramp.until) {
        this.#close()
        continue
      }
      const [first] = this.#permits.toSorted((left, right) => left.until - right.until)
      if (this.#state !== 'halfOpen' || first === undefined || first.until > this.#now) return
      this.#permits = this.#permits.filter((held) => held !== first)
      this.#lose(first.until)
    }
  }

  /** Of those in flight, the first that has been longer than it should: a millisecond more is too long. */
  #becomesSlow(): boolean {
    const [flight] = this.#flights
    const at = Math.max(this.#ruled, (flight?.began ?? 0) + Number(this.#policy.slowCalls?.slowerThan) + 1)
    if (flight === undefined || !(at <= this.#now)) return false
    this.#flights.shift()
    flight.isSlow = true
    this.#known.slow(at)
    if (this.#known.fires(this.#policy, false, at)) this.#open(at)
    return true
  }

  #report(result: Result, durationMs: number, isSlow = false) {
    if (result === 'ignore') {
      this.#calls.ignored++
      return
    }
    const failed = result === 'fail'
    this.#calls[failed ? 'failed' : 'succeeded']++
    if (this.#state === 'closed') {
      this.#known.count(this.#policy, failed, durationMs, this.#now, isSlow)
      if (this.#known.fires(this.#policy, failed, this.#now)) this.#open(this.#now)
    } else if (this.#state === 'halfOpen') {
      if (failed) this.#lose(this.#now)
      else if (this.#ramp === null && ++this.#wins >= (this.#policy.successThreshold ?? 2)) this.#recover()
    } else if (this.#state === 'open' && failed && this.#policy.openTimeoutFrom === 'lastFailure') {
      this.#deadline = this.#now + this.#openTime()
    }
  }

  /** Of n calls as many are admitted as their shares add up to. */
  #takesShare(ramp: Ramp): boolean {
    const share = this.#shareOf(ramp)
    const isIn = isWhole(ramp, share)
    ramp.shares += share
    if (isIn) ramp.admitted++
    return isIn
  }

  #shareOf(ramp: Ramp): number {
    const { from = 0.1, steps } = this.#policy.recoveryRamp ?? { from: 1 }
    const passed = (this.#now - ramp.from) / (ramp.until - ramp.from)
    return from + (1 - from) * (steps === undefined ? passed : Math.floor(passed * steps) / steps)
  }

  #recover() {
    const { recoveryRamp } = this.#policy
    if (!recoveryRamp) return this.#close()
    this.#permits = []
    this.#wins = 0
    this.#losses = 0
    this.#ramp = { from: this.#now, until: this.#now + Number(recoveryRamp.duration), shares: 0, admitted: 0 }
  }

  #lose(at: number) {
    if (++this.#losses >= (this.#policy.halfOpenFailureThreshold ?? 1)) this.#open(at)
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

  /** Tripped while open, it is another generation of the same opening. */
  #trip(openMs?: number) {
    if (this.#state !== 'open') this.#openings++
    this.#enter('open')
    this.#deadline = this.#now + (openMs ?? this.#openTime())
  }

  #close() {
    this.#enter('closed')
    this.#openings = 0
    this.#known = new Known()
  }

  #enter(state: string, ramp: Ramp | null = null) {
    this.#state = state
    this.#ramp = ramp
    this.#generation++
    this.#permits = []
    this.#flights = []
    this.#wins = 0
    this.#losses = 0
  }
}
