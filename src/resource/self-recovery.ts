// SelfRecovery: does what the recovery's actor asks for: runs checks, moves the breaker, counts the results of checks.
import { type RecoveryRequest, type RecoveryRules, recoveryMachine } from '../../machines/index.ts'
import { ArgumentError, type Breaker, CallTimeoutError, isBreakerError, type Spawned } from '../index.ts'
import type { Examination, Finding } from './health-check.ts'
import type { ResolvedRecovery } from './options.ts'

/** The state of a recovery, for people. */
export interface RecoveryStatus {
  /**
   * `idle`: closed, or held by an operator · `waiting`: open, until the next check · `checking`: open, during a check ·
   * `recovering`: a check has passed · `trial`: half-open, calls probe · `probing`: half-open, checks probe.
   */
  readonly state: 'idle' | 'waiting' | 'checking' | 'recovering' | 'trial' | 'probing'
  /** How many checks have begun since the recovery started. */
  readonly checks: number
  /** Checks that failed while open, and reopenings, since the breaker was last closed. The wait grows with them. */
  readonly setbacks: number
  /** In how many ms the next check is due, rounded up; `null` if none is planned, or one is in progress. */
  readonly nextCheckMs: number | null
  /** The result of the last check; `null` before the first. */
  readonly lastCheck: { readonly healthy: boolean; readonly durationMs: number; readonly error?: unknown } | null
}

interface Current {
  readonly check: number
  readonly examination: Examination
}

export class SelfRecovery {
  readonly #breaker: Breaker
  readonly #rules: Omit<RecoveryRules, 'probe'>
  /** Who probes, if the options say so; otherwise the breaker's policy decides, and it may change. */
  readonly #probe: RecoveryRules['probe'] | undefined
  readonly #target: ResolvedRecovery['target']
  readonly #examine: () => Examination
  readonly #spawned: Spawned<typeof recoveryMachine>
  readonly #endings: (() => void)[]
  #current: Current | null = null
  #last: Finding | null = null

  /** @throws ArgumentError (`INVALID_ARGUMENT`) if the breaker has one already */
  constructor(breaker: Breaker, recovery: ResolvedRecovery, examine: () => Examination) {
    const { target, probe, ...rules } = recovery
    this.#breaker = breaker
    this.#rules = rules
    this.#probe = probe
    this.#target = target
    this.#examine = examine
    this.#spawned = this.#spawn()
    this.#endings = [
      breaker.on('transition', ({ to }) => this.#spawned.send({ type: 'moved', state: to, probe: this.#prober })),
      breaker.on('deleted', () => this.#callOff()),
    ]
  }

  get status(): RecoveryStatus | null {
    const snapshot = this.#spawned.getSnapshot()
    if (snapshot?.status !== 'active') return null
    const { value, context } = snapshot
    return {
      state: (typeof value === 'string' ? value : 'probing') as RecoveryStatus['state'],
      checks: context.checks,
      setbacks: context.setbacks,
      nextCheckMs: this.#nextCheckMs,
      lastCheck: this.#last,
    }
  }

  /** When a check may admit calls again, in whole ms, at least 1; `undefined` unless only checks do. */
  get retryAfterMs(): number | undefined {
    if (this.#prober !== 'healthCheck') return undefined
    return Math.max(1, this.#nextCheckMs ?? Math.ceil(this.#rules.initialDelayMs))
  }

  stop(): void {
    for (const end of this.#endings) end()
    this.#spawned.stop()
    this.#callOff()
  }

  #spawn(): Spawned<typeof recoveryMachine> {
    const { endpoint } = this.#breaker
    try {
      return this.#breaker.spawn(recoveryMachine, {
        id: 'recovery',
        input: (start) => {
          // Of the previous one: its numbers differ.
          this.#callOff()
          return { rules: { ...this.#rules, probe: this.#prober }, ...start }
        },
        on: (request) => this.#do(request),
      })
    } catch (error) {
      if (!isBreakerError(error, 'INVALID_ARGUMENT')) throw error
      throw new ArgumentError('options.name', 'a name that no other resource of this registry recovers under', endpoint)
    }
  }

  get #prober(): RecoveryRules['probe'] {
    return this.#probe ?? (this.#breaker.policy.probes === 'reports' ? 'healthCheck' : 'calls')
  }

  get #nextCheckMs(): number | null {
    const snapshot = this.#spawned.getSnapshot()
    const isPlanned = snapshot?.matches('waiting') || snapshot?.matches({ probing: 'pausing' })
    const { dueInMs } = this.#spawned
    return isPlanned && dueInMs !== undefined ? Math.ceil(dueInMs) : null
  }

  #do(request: RecoveryRequest): void {
    const breaker = this.#breaker
    if (request.type === 'check') this.#check(request.check)
    else if (request.type === 'over') this.#callOff(request.timedOut)
    else if (request.type === 'report') this.#report(request.passed)
    // Nothing that came in between is undone, above all not an operator's hold.
    else if (breaker.state !== 'open') return
    else if (this.#target === 'closed') breaker.reset()
    else breaker.probe('health check passed')
  }

  #check(check: number): void {
    const current: Current = { check, examination: this.#examine() }
    this.#current = current
    void current.examination.finding.then((finding) => {
      if (this.#current !== current) return
      this.#current = null
      this.#last = finding
      this.#spawned.send({ type: finding.healthy ? 'healthy' : 'unhealthy', check })
    })
  }

  #callOff(timedOut = false): void {
    const current = this.#current
    if (current === null) return
    this.#current = null
    const { checkTimeoutMs } = this.#rules
    const error = timedOut ? new CallTimeoutError(this.#breaker.endpoint, checkTimeoutMs) : undefined
    if (timedOut) this.#last = { healthy: false, durationMs: checkTimeoutMs, error }
    current.examination.end(error)
  }

  #report(passed: boolean): void {
    // Something in between has ended the generation that the check was a probe of.
    if (this.#breaker.state !== 'halfOpen') return
    const { durationMs, error } = this.#last ?? {}
    if (passed) this.#breaker.recordSuccess(durationMs)
    else this.#breaker.recordFailure(error, durationMs)
  }
}
