// Asked: the calls of a random history, where they are made, and what becomes of each.
import {
  BreakerOpenError,
  type CallContext,
  ConcurrencyLimitError,
  type Override,
  type Permit,
} from '../../src/index.ts'
import type { promiseOf } from '../support/calls.ts'
import type { Asker, Frame, Gate, Held } from './admission-held.ts'
import type { OverrideSteps } from './admission-oracle.ts'
import type { Name } from './admission-steps.ts'

export type Inside = <T>(code: () => T) => T
export type Fate = 'waits' | 'runs' | Gate | 'ended' | 'left'

/** A slot in the code: in a call, or in what a permit runs. */
export interface Slot {
  readonly inside: Inside
  readonly frame: Frame | null
  readonly held: Held
  readonly context: CallContext | undefined
}

/** How the registry is run; `heard`: somebody listens to what single calls come to. */
export interface Way {
  readonly folding: boolean
  readonly heard: boolean
}

/** Where a step is made from: the code there, what is around that, a context to give, and what is found around by that. */
export interface Spot {
  readonly inside: Inside
  readonly frame: Frame | null
  readonly context: CallContext | undefined
  readonly told: Frame | null
}

/** A call or an `acquire`: what must become of it, and what does. */
export interface Asked extends Asker {
  readonly name: Name
  readonly number: number
  /** What the code around it is inside of. */
  readonly code: Frame | null
  readonly isCall: boolean
  readonly abort: AbortController | null
  readonly timeout: number | null
  readonly end: ReturnType<typeof promiseOf<string>>
  expected: Fate
  seen: Fate
  held: Held | null
  endsAt: number
  permit: Permit | null
}

export interface HeldPermit {
  readonly permit: Permit
  readonly held: Held
}

const REASON: Override['reason'] = {
  type: 'fleet',
  decision: 'failureRate',
  rate: 0.5,
  calls: 8,
  reporters: 2,
  version: 1,
  message: '',
}

export function overrideOf({ state, share, probe }: OverrideSteps, begin: () => () => void): Override {
  return { state, reason: REASON, share: share / 100, ...(probe && { probe: begin }) }
}

/** What an error says of a call that was not made; by name, for mutants have classes of their own. */
export function fateBy(error: unknown): Gate | 'left' | null {
  if (nameOf(error) === ConcurrencyLimitError.name) return 'bulkhead'
  if (nameOf(error) === BreakerOpenError.name) return reasonOf(error) === 'fleet' ? 'fleet' : 'breaker'
  return nameOf(error) === 'AbortError' ? 'left' : null
}

export function pick<T>(list: readonly T[], which: number): T | undefined {
  return list[which % Math.max(1, list.length)]
}

function nameOf(error: unknown): unknown {
  return (error as { name?: unknown }).name
}

function reasonOf(error: unknown): unknown {
  return (error as { reason?: { type?: unknown } }).reason?.type
}
