// Walker: takes the steps of a path, and tells of each which requirement it tests and what went wrong.

import type { Rig } from '../../src/testing/exploring/rig.ts'
import type { Path, PathStep } from '../../src/testing/index.ts'
import type { Library, RequirementId } from './library.ts'
import { type Call, type LibrarySubject, RESULT_OF, wrongOutcome } from './subject.ts'
import type { Divergence, Walked, WalkOptions } from './walk.ts'

const SPOKEN: Record<string, string> = { halfOpen: 'half-open' }
export const spoken = (state: string) => SPOKEN[state] ?? state

/** What was done, without what must come of it. */
const deedOf = (says: string) => says.split(': ')[0] ?? says

type Found = Omit<Divergence, 'at'>

export class Walker {
  readonly #library: Library
  readonly #path: Path
  readonly #options: WalkOptions
  readonly #rig: Rig<Call>
  readonly #subject: LibrarySubject
  readonly #kept: Partial<Record<RequirementId, number>> = {}
  readonly #calls = new Map<number, Call>()
  #stalled = false
  /** Nobody has asked since the open time ended; until then a lazy library says `open`. */
  #unasked = false
  #justBefore = false
  /** Goes wrong too, but leaves the history the same. */
  #aside: Found | undefined

  constructor(library: Library, path: Path, options: WalkOptions, rig: Rig<Call>, subject: LibrarySubject) {
    this.#library = library
    this.#path = path
    this.#options = options
    this.#rig = rig
    this.#subject = subject
  }

  async walk(): Promise<Walked> {
    const { steps } = this.#path
    let aside: Divergence | null = null
    for (const [at, path] of steps.entries()) {
      if (this.#options.without?.(path)) continue
      const isJudged = !this.#options.lastOnly || at === steps.length - 1
      const found = await this.#step(path, at).catch((error) => ({
        requirement: 'outcome' as const,
        kind: 'throws out of a timer',
        difference: `${String(error)} is thrown at nobody: the process ends`,
      }))
      if (this.#aside !== undefined) aside ??= { ...this.#aside, at }
      if (found === 'left') return { divergence: null, aside, kept: this.#kept, leftAt: at }
      if (found !== null && isJudged)
        return { divergence: { ...found, at }, aside, kept: this.#kept, leftAt: undefined }
      if (!isJudged) for (const id of Object.keys(this.#kept)) delete this.#kept[id as RequirementId]
    }
    return { divergence: null, aside, kept: this.#kept, leftAt: undefined }
  }

  async #step(path: PathStep, at: number): Promise<Found | 'left' | null> {
    const { step, expect } = path
    const before = this.#path.steps[at - 1]?.expect.state ?? 'closed'
    const seenBefore = this.#subject.state()
    const opens = before !== 'open' && expect.state === 'open'
    switch (step.type) {
      case 'admit': {
        const sync = this.#planSync(at)
        const admitted = (await this.#rig.take(step)) === true
        const call = this.#subject.calls.at(-1)
        if (admitted && call !== undefined) this.#calls.set(expect.calls.allowed, call)
        const found = this.#admission(path, before, admitted)
        this.#unasked = false
        return found ?? (sync ? null : this.#compare(path, 'closed', before, seenBefore))
      }
      case 'settle': {
        const flipped = step.result === 'fail' ? 'succeed' : 'fail'
        await this.#rig.take(this.#options.flipped?.(path) ? { ...step, result: flipped } : step)
        const call = this.#calls.get(step.call)
        const { settings, judgesOutcomes } = this.#options
        const isCut = settings?.callTimeout === true && judgesOutcomes !== true
        const wrong = call === undefined || isCut ? null : wrongOutcome(call)
        const isLate = expect.calls.late > (this.#path.steps[at - 1]?.expect.calls.late ?? 0)
        const tests = isLate ? 'late' : before === 'closed' ? 'opens' : 'probes'
        const found = this.#compare(path, tests, before, seenBefore)
        const { runLater } = this.#subject
        if (runLater > 0) {
          const many =
            runLater === 1
              ? 'the call that was made to wait runs'
              : `the ${runLater} calls that were made to wait run at once`
          return {
            requirement: 'refusal',
            kind: `runs later: ${runLater}`,
            difference: `${deedOf(path.says)}, and ${many}`,
          }
        }
        if (wrong !== null) {
          const also = found === null ? '' : `, and ${found.difference.replace(`${deedOf(path.says)}, and `, '')}`
          const difference = `${deedOf(path.says)}, and ${wrong}${also}`
          const other = { requirement: 'outcome', kind: `a call that ${step.result}s: ${wrong}`, difference } as const
          if (found !== null || this.#isTrial()) return other
          this.#aside ??= other
        }
        if (found !== null) return tests === 'late' ? this.#withProbe(found, path) : found
        if (wrong === null) this.#keep('outcome')
        return opens ? this.#callWhenOpened(path) : null
      }
      case 'stall':
        // Past the lease of a probe: see below.
        if (before === 'halfOpen' && !this.#library.hasLease) return 'left'
        await this.#rig.take({ ...step, ms: step.ms + this.#slack() })
        this.#stalled = true
        return null
      case 'pass': {
        this.#justBefore = before === 'open' && expect.state === 'open'
        const halfOpens = before === 'open' && expect.state === 'halfOpen'
        if (step.ms > 1) await this.#rig.pass(step.ms - 1)
        if (halfOpens && step.ms > 1 && !['', 'open'].includes(this.#subject.state())) {
          const difference = `1 ms before its time it is ${spoken(this.#subject.state())}`
          return { requirement: 'deadline', kind: 'early', difference }
        }
        // Windows turn in buckets, and not all at the same time: what must be forgotten is twice as old.
        const older = before === 'closed' ? (this.#options.settings?.window?.timeMs ?? 0) : 0
        await this.#rig.pass(Math.min(step.ms, 1) + older + (halfOpens ? this.#slack() : 0))
        this.#stalled = false
        if (halfOpens) this.#unasked = true
        // The probe's lease ends: what a library without leases does then is judged by whether it gets stuck.
        if (before === 'halfOpen' && expect.state === 'open' && !this.#library.hasLease) return 'left'
        return this.#compare(path, 'deadline', before, seenBefore)
      }
      default:
        return 'left'
    }
  }

  /** A call whose result follows at once may end without a promise, where that is what is tested. */
  #planSync(at: number): boolean {
    const { manner } = this.#options
    const next = this.#path.steps[at + 1]?.step
    const admitted = this.#path.steps[at]?.expect.calls.allowed
    if (manner === undefined || next?.type !== 'settle' || next.call !== admitted) return false
    // The calls before it end as usual, so that each state is reached.
    if (next.result !== RESULT_OF[manner] || at + 2 !== this.#path.steps.length) return false
    this.#subject.next = manner
    return true
  }

  #admission({ expect }: PathStep, before: string, admitted: boolean): Found | 'left' | null {
    const { lastWaits } = this.#subject
    const noHalfOpen = this.#library.hasHalfOpen === false
    const tests = this.#testOf(before, expect.admitted === true, expect.state)
    if (expect.admitted) {
      if (admitted) return this.#keep(tests)
      // It kept more from the breaker than the model asks: the rest of the path is not about the same history.
      if (before === 'halfOpen' && !this.#unasked && !this.#stalled) return 'left'
      const how = lastWaits ? 'a call waits, and must be admitted' : 'a call is rejected, and must be admitted'
      // It counts the calls from before it opened towards its limit: fewer run than the model admits, never more.
      const isStricter = this.#library.countsAllRunning === true && expect.callsInFlight > expect.probesInFlight
      if (before === 'halfOpen' && !this.#stalled && isStricter) return 'left'
      return { requirement: tests, kind: `${tests}: rejects`, difference: how }
    }
    if (admitted) {
      if (noHalfOpen && expect.state === 'halfOpen') return 'left'
      return { requirement: tests, kind: `${tests}: admits`, difference: 'a call is admitted, and must be rejected' }
    }
    this.#keep(tests)
    if (!lastWaits) return this.#keep('refusal')
    this.#aside ??= {
      requirement: 'refusal',
      kind: 'waits',
      difference: 'a call is neither admitted nor rejected: it is made to wait',
    }
    return null
  }

  /** What became of the probe that a late result interfered with. */
  async #withProbe(found: Found, { expect }: PathStep): Promise<Found> {
    const probe = [...this.#calls].filter(([, { outcome }]) => outcome === undefined).at(-1)?.[0]
    if (expect.probesInFlight === 0 || probe === undefined || this.#subject.state() !== 'open') return found
    await this.#rig.take({ type: 'settle', call: probe, result: 'succeed' })
    if (this.#subject.state() !== 'open') return found
    return { ...found, difference: `${found.difference}; the probe's success then counts for nothing` }
  }

  #testOf(before: string, expected: boolean, after: string): RequirementId {
    if (expected && this.#stalled) return 'stall'
    if (expected) return before === 'halfOpen' ? 'deadline' : 'closed'
    if (after === 'halfOpen') return 'limit'
    return this.#justBefore ? 'deadline' : 'opens'
  }

  #compare({ says, expect, step }: PathStep, tests: RequirementId, before: string, seenBefore: string): Found | null {
    const seen = this.#subject.state()
    // Whether a late result wakes a breaker that has slept through a deadline makes no difference to anyone.
    if (tests === 'late' && this.#stalled && seen === seenBefore) return this.#keep(tests)
    if (this.#agrees(seen, expect.state)) return this.#keep(tests)
    const change = seenBefore === seen ? `stays ${spoken(seen)}` : `becomes ${spoken(seen)}`
    const result = step.type === 'settle' ? (step.result === 'succeed' ? 'success' : 'failure') : ''
    const must = expect.state === before ? '' : ` (must be ${spoken(expect.state)})`
    const kind =
      tests === 'late'
        ? `late ${result}: ${spoken(seenBefore)} ${change}`
        : `${tests}: ${spoken(before)} to ${spoken(expect.state)} ${change}`
    return { requirement: tests, kind, difference: `${deedOf(says)}, and it ${change}${must}` }
  }

  #agrees(seen: string, expected: string): boolean {
    if (seen === '' || seen === expected) return true
    if (expected !== 'halfOpen') return false
    if (seen === 'closed') return this.#library.hasHalfOpen === false
    // While the event loop stands still nothing can be told; what it does when asked is judged.
    return seen === 'open' && (this.#stalled || (this.#library.isLazy === true && this.#unasked))
  }

  async #callWhenOpened({ says }: PathStep): Promise<Found | null> {
    if (!this.#library.allowances?.callsWhenOpened || this.#withholds('callsWhenOpened')) return null
    if ((await this.#rig.take({ type: 'admit' })) === false) return null
    return {
      requirement: 'opens',
      kind: 'opens: admits',
      difference: `${deedOf(says)}, and the next call is admitted all the same`,
    }
  }

  #isTrial(): boolean {
    const { manner, settings } = this.#options
    return manner !== undefined || settings?.listener !== undefined || settings?.filter !== undefined
  }

  #withholds(allowance: keyof NonNullable<Library['allowances']>): boolean {
    return this.#options.withhold?.includes(allowance) ?? false
  }

  #slack(): number {
    return this.#withholds('slackMs') ? 0 : (this.#library.allowances?.slackMs ?? 0)
  }

  #keep(id: RequirementId): null {
    this.#kept[id] = (this.#kept[id] ?? 0) + 1
    return null
  }
}
