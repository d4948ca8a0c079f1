// Rig: one subject on its own virtual clock, taking steps and being compared with the model after each.
import type { PolicyOptions } from '../../core/edge/resolve-policy.ts'
import type { Driver, Subject } from '../driver.ts'
import type { Step } from '../model/model.ts'
import type { Expectation, PathStep } from '../paths/paths.ts'
import { startDriver } from '../start-driver.ts'
import { createVirtualClock, type VirtualClock } from '../virtual-clock.ts'

const MOST_ROUNDS = 100
/** Longer than any deadline of a breaker without timers of its own. */
const LONG_MS = 3_600_000

export class Rig<P> {
  readonly clock: VirtualClock
  readonly #subject: Subject<P>
  readonly #permits = new Map<number, P>()
  readonly #firstGeneration: number
  #admissions = 0

  static async start<P>(driver: Driver<P>, policy: PolicyOptions): Promise<Rig<P>> {
    const clock = createVirtualClock()
    return new Rig(await startDriver(driver, policy, clock), clock)
  }

  constructor(subject: Subject<P>, clock: VirtualClock) {
    this.#subject = subject
    this.clock = clock
    this.#firstGeneration = subject.observe?.().generation ?? 0
  }

  /** Takes the step; for an admission, says whether it was granted. */
  async take(step: Step): Promise<boolean | undefined> {
    const subject = this.#subject
    switch (step.type) {
      case 'admit': {
        const permit = await subject.admit()
        if (permit === undefined) return false
        this.#permits.set(++this.#admissions, permit)
        return true
      }
      case 'settle': {
        const permit = this.#permits.get(step.call)
        this.#permits.delete(step.call)
        if (permit !== undefined) await subject.settle(permit, step.result)
        return undefined
      }
      case 'report':
        await subject.report?.(step.result)
        return undefined
      case 'command':
        await subject.command(step.command)
        return undefined
      case 'stall':
        this.clock.stall(step.ms)
        return undefined
      case 'pass':
        await this.pass(step.ms)
        return undefined
    }
  }

  async pass(ms: number): Promise<void> {
    this.clock.advance(ms)
    await this.#subject.tick?.()
  }

  /** Takes the step and says what differs from what must be seen, or `null`. */
  async check({ step, expect, justBefore }: PathStep): Promise<string | null> {
    if (step.type === 'pass' && justBefore !== undefined) {
      await this.pass(step.ms - 1)
      const early = this.#compare(justBefore, undefined)
      if (early !== null) return `1 ms early: ${early}`
      await this.pass(1)
      return this.#compare(expect, undefined)
    }
    const admitted = await this.take(step)
    // Nobody can look while the event loop stands still.
    return step.type === 'stall' ? null : this.#compare(expect, admitted)
  }

  state(): string {
    return this.#subject.state()
  }

  /** Whether calls that succeed, and time, close it again; the calls now in flight never come back. */
  async recovers(): Promise<boolean> {
    for (let round = 0; round < MOST_ROUNDS; round++) {
      if (this.#subject.state() === 'closed') return true
      const permit = await this.#subject.admit()
      if (permit !== undefined) await this.#subject.settle(permit, 'succeed')
      else if (this.clock.advanceToNext()) await this.#subject.tick?.()
      else await this.pass(LONG_MS)
    }
    return this.#subject.state() === 'closed'
  }

  get canReport(): boolean {
    return this.#subject.report !== undefined
  }

  fingerprint(): string {
    return this.#subject.fingerprint?.() ?? ''
  }

  async stop(): Promise<void> {
    await this.#subject.stop?.()
  }

  #compare(expected: Expectation, admitted: boolean | undefined): string | null {
    if (expected.admitted !== undefined && admitted !== expected.admitted) {
      return expected.admitted
        ? 'the call is rejected, and must be admitted'
        : 'the call is admitted, and must be rejected'
    }
    const state = this.#subject.state()
    if (state !== expected.state) return `state is ${state}, expected ${expected.state}`
    const seen = this.#subject.observe?.()
    if (seen === undefined) return null
    const generation = seen.generation - this.#firstGeneration
    if (generation !== expected.generation) return `generation is ${generation}, expected ${expected.generation}`
    // How many timers stand behind what is due is the breaker's own business; that there is none when nothing is due, is not.
    const isDue = expected.timers !== undefined && expected.timers > 0
    if (seen.timers !== undefined && seen.timers > 0 !== isDue) {
      return `${seen.timers} timers are pending, expected ${isDue ? 'one' : 'none'}`
    }
    for (const name of ['allowed', 'rejected', 'succeeded', 'failed', 'ignored', 'late'] as const) {
      if (seen.calls[name] !== expected.calls[name]) {
        return `${name} calls are ${seen.calls[name]}, expected ${expected.calls[name]}`
      }
    }
    return null
  }
}
