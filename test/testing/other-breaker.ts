// A small breaker that is none of ours, sound or with one defect, and a driver that can tell no more of it than its state: as
// the kit finds it in a service.
import type { Driver, VirtualClock } from '../../src/testing/index.ts'

/** What its authors forgot: that a result may be late, or that a timer may be. */
export type Defect = 'counts a late success' | 'never half-opens after a stall'

interface Settings {
  readonly failureThreshold: number
  readonly successThreshold: number
  readonly openTimeout: number
  readonly probeTimeout: number
}

interface Call {
  readonly current: number
  readonly isProbe: boolean
}

class OtherBreaker {
  #state: 'closed' | 'open' | 'halfOpen' = 'closed'
  #current = 0
  #failures = 0
  #successes = 0
  #probe: { readonly call: Call; readonly until: number } | null = null
  #opensUntil = 0
  readonly #settings: Settings
  readonly #clock: VirtualClock
  readonly #defect: Defect | null

  constructor(settings: Settings, clock: VirtualClock, defect: Defect | null) {
    this.#settings = settings
    this.#clock = clock
    this.#defect = defect
  }

  get state(): string {
    this.#catchUp()
    return this.#state
  }

  admit(): Call | undefined {
    this.#catchUp()
    if (this.#state === 'open' || this.#probe !== null) return undefined
    const call = { current: this.#current, isProbe: this.#state === 'halfOpen' }
    if (call.isProbe) this.#probe = { call, until: this.#clock.now() + this.#settings.probeTimeout }
    return call
  }

  settle(call: Call, succeeds: boolean): void {
    this.#catchUp()
    const isLate = call.current !== this.#current || (call.isProbe && this.#probe?.call !== call)
    if (isLate && !(this.#defect === 'counts a late success' && succeeds && this.#state === 'halfOpen')) return
    if (!isLate) this.#probe = null
    if (succeeds) this.#succeed()
    else this.#fail(this.#clock.now())
  }

  #succeed(): void {
    this.#failures = 0
    if (this.#state === 'halfOpen' && ++this.#successes >= this.#settings.successThreshold) this.#enter('closed')
  }

  #fail(at: number): void {
    if (this.#state === 'closed' && ++this.#failures < this.#settings.failureThreshold) return
    this.#enter('open')
    const until = at + this.#settings.openTimeout
    this.#opensUntil = until
    const current = this.#current
    this.#clock.setTimeout(() => {
      const isMissed = this.#defect === 'never half-opens after a stall' && this.#clock.now() > until
      if (this.#current === current && !isMissed) this.#enter('halfOpen')
    }, until - this.#clock.now())
  }

  /** Makes up for timers that are late. */
  #catchUp(): void {
    const now = this.#clock.now()
    if (this.#state === 'open' && now >= this.#opensUntil && this.#defect !== 'never half-opens after a stall')
      this.#enter('halfOpen')
    if (this.#probe === null || now < this.#probe.until) return
    const { until } = this.#probe
    this.#probe = null
    this.#fail(until)
    this.#catchUp()
  }

  #enter(state: 'closed' | 'open' | 'halfOpen'): void {
    this.#state = state
    this.#current++
    this.#failures = 0
    this.#successes = 0
    this.#probe = null
  }
}

export function otherDriver(settings: Settings, defect: Defect | null): Driver<Call> {
  return {
    name: defect ?? 'sound',
    commands: [],
    canIgnore: false,
    start(_, clock) {
      const breaker = new OtherBreaker(settings, clock, defect)
      return {
        admit: () => breaker.admit(),
        settle: (call, result) => breaker.settle(call, result === 'succeed'),
        command() {},
        state: () => breaker.state,
      }
    },
  }
}
