// A library's breaker as a subject of the kit: each call runs a function whose promise is settled when the path says so.
import type { CallResult, Subject } from '../../src/testing/index.ts'
import type { Breaker } from './library.ts'

/** How the function of a call ends, where not by a promise of a value or an error that is settled later. */
export type Manner = 'throws' | 'returns undefined' | 'resolves with undefined' | 'rejects with undefined'

/** The result that a manner is one of. */
export const RESULT_OF: Readonly<Record<Manner, CallResult>> = {
  throws: 'fail',
  'returns undefined': 'succeed',
  'resolves with undefined': 'succeed',
  'rejects with undefined': 'fail',
}

export type Outcome = { readonly value: unknown } | { readonly error: unknown }

const VALUE = { answer: 42 }
const TURNS_AFTER = 6
const MOST_TURNS = 40

export interface Call {
  started: boolean
  deferred: boolean
  expected: Outcome | undefined
  outcome: Outcome | undefined
  end(outcome: Outcome): void
}

/** A turn of the event loop, on the real clock. */
export const aTurn = () => new Promise<void>((resolve) => setImmediate(resolve))

async function turnsUntil(done: () => boolean): Promise<void> {
  for (let turns = 0; turns < MOST_TURNS && !done(); turns++) await aTurn()
  for (let turns = 0; turns < TURNS_AFTER; turns++) await aTurn()
}

export class LibrarySubject implements Subject<Call> {
  readonly calls: Call[] = []
  /** How the next call ends, when it does so before the caller gets a promise. */
  next: Manner | undefined
  readonly #breaker: Breaker

  constructor(breaker: Breaker) {
    this.#breaker = breaker
  }

  /** Of the call asked for last: neither run nor refused. */
  get lastWaits(): boolean {
    const call = this.calls.at(-1)
    return call !== undefined && !call.started && call.outcome === undefined
  }

  /** Calls that were not run when they asked, and have been since. */
  get runLater(): number {
    return this.calls.filter(({ started, deferred }) => started && deferred).length
  }

  async admit(): Promise<Call | undefined> {
    const { next } = this
    this.next = undefined
    const settled = withResolvers()
    // Nobody but the library has to look at it.
    settled.promise.catch(() => {})
    const call: Call = {
      started: false,
      deferred: false,
      expected: undefined,
      outcome: undefined,
      end(outcome) {
        call.expected = outcome
        if ('value' in outcome) settled.resolve(outcome.value)
        else settled.reject(outcome.error)
      },
    }
    this.calls.push(call)
    const fn = (): unknown => {
      call.started = true
      if (next === undefined) return settled.promise
      const error = next === 'throws' ? new Error('the call failed') : undefined
      call.expected = RESULT_OF[next] === 'fail' ? { error } : { value: undefined }
      if (next === 'throws') throw error
      if (next === 'rejects with undefined') return Promise.reject(error)
      return next === 'resolves with undefined' ? Promise.resolve() : undefined
    }
    try {
      Promise.resolve(this.#breaker.run(fn)).then(
        (value) => {
          call.outcome = { value }
        },
        (error: unknown) => {
          call.outcome = { error }
        },
      )
    } catch (error) {
      call.outcome = { error }
    }
    await turnsUntil(() => call.started || call.outcome !== undefined)
    call.deferred = !call.started && call.outcome === undefined
    return call.started ? call : undefined
  }

  async settle(call: Call, result: CallResult): Promise<void> {
    if (call.expected === undefined)
      call.end(result === 'fail' ? { error: new Error('the call failed') } : { value: VALUE })
    await turnsUntil(() => call.outcome !== undefined)
  }

  command(): void {}

  state(): string {
    return this.#breaker.state() ?? ''
  }

  tick(): Promise<void> {
    return turnsUntil(() => true)
  }

  async stop(): Promise<void> {
    await this.#breaker.stop?.()
  }
}

/** What the caller of a settled call got instead of its own outcome, or `null`. */
export function wrongOutcome({ started, expected, outcome }: Call): string | null {
  if (!started || expected === undefined) return null
  if (outcome === undefined) return 'its caller never gets an answer'
  if ('value' in expected) {
    if ('value' in outcome && outcome.value === expected.value) return null
    return `its caller gets ${tell(outcome)} instead of the value`
  }
  if ('error' in outcome && outcome.error === expected.error) return null
  return `its caller gets ${tell(outcome)} instead of the error that was thrown`
}

function tell(outcome: Outcome): string {
  if ('value' in outcome) return outcome.value === undefined ? 'undefined' : 'another value'
  return outcome.error instanceof Error ? `"${outcome.error.message.split('\n')[0]}"` : 'another error'
}

/** As `Promise.withResolvers`, which the oldest Node that we support lacks. */
function withResolvers() {
  let resolve: (value: unknown) => void = () => {}
  let reject: (error: unknown) => void = () => {}
  const promise = new Promise<unknown>((onValue, onError) => {
    resolve = onValue
    reject = onError
  })
  return { promise, resolve, reject }
}
