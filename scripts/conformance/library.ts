// Library: what the kit must be told of a circuit breaker library to work and to judge it. One file each in drivers/.
import type { Clock, PolicyOptions } from '../../src/index.ts'

type Awaitable<T> = T | PromiseLike<T>

export type RequirementId =
  | 'closed'
  | 'opens'
  | 'probes'
  | 'late'
  | 'limit'
  | 'refusal'
  | 'stuck'
  | 'window'
  | 'deadline'
  | 'stall'
  | 'outcome'
  | 'sync'
  | 'undefined'
  | 'listener'
  | 'filter'
  | 'nonsense'
  | 'wall'

/** Throws, and counts how often. */
export interface Thrower {
  (): never
  readonly calls: number
}

/** What a library is asked for. */
export interface Settings {
  readonly failureThreshold: number
  readonly openTimeoutMs: number
  readonly halfOpenMaxCalls: number
  readonly successThreshold: number
  /** Instead of the failure threshold. */
  readonly window?: WindowSettings
  /** With the library's own time limit, where it has one; otherwise calls take as long as they like. */
  readonly callTimeout: boolean
  /** To be called when the library tells of an outcome (by whatever else it tells of), or of a transition; it throws. */
  readonly listener?: { readonly to: 'outcomes' | 'transitions'; readonly fn: Thrower } | undefined
  /** Is asked whether an error counts; it throws. */
  readonly filter?: (() => never) | undefined
}

/** Opens when half of the calls of the window have failed, and there are as many as that. */
export interface WindowSettings {
  readonly timeMs: number
  readonly minimumCalls: number
}

export interface Breaker {
  /** Asks for one call of `fn`. */
  run(fn: () => unknown): unknown
  /** In our words, or `undefined` where the library does not say. */
  state(): string | undefined
  stop?(): Awaitable<void>
}

/** A mistake in an option, and how to make a breaker with it. */
export interface Mistake {
  readonly says: string
  /** Of an infinite value: what lasts for ever if it is taken at its word, which is as good as refusing it. */
  readonly lasts?: 'closed' | 'open' | 'call'
  make(clock: Clock): Awaitable<Breaker>
}

export interface Library {
  readonly name: string
  /** In the peers' folder; `undefined` is this package itself. */
  readonly packageName: string | undefined
  /** Its newest version needs a newer Node than the oldest that we support. */
  readonly needsNewerNode: boolean
  /** How it was told the policy, for the reader. */
  readonly configuredAs: string
  /** The policies of ours that it can be told. */
  readonly policies: readonly PolicyOptions[]
  /** Says `open` until a call comes after the open time. */
  readonly isLazy?: boolean
  /** Has a half-open state; without one, it closes after the open time. */
  readonly hasHalfOpen?: boolean
  /** Half-open, whatever still runs is counted towards its limit, whenever it was admitted. */
  readonly countsAllRunning?: boolean
  /** A probe that does not report loses its permit by itself. */
  readonly hasLease?: boolean
  /** In words, its own time limit for calls or probes: the default, or a policy of its own to combine with. */
  readonly callTimeout?: string
  /** Judged apart, and granted elsewhere so that one defect does not hide all others. */
  readonly allowances?: { readonly slackMs?: number; readonly callsWhenOpened?: boolean }
  /** What a reader must know to take a verdict for what it is. */
  readonly remarks?: Partial<Record<RequirementId, string>>
  /** Requirements that cannot be put to it, and why. */
  readonly notOffered?: Partial<Record<RequirementId, string>>
  /** What it does otherwise and says so, by the start of the kind of finding; the text is what its documents say. */
  readonly byDesign?: Readonly<Record<string, string>>
  /** The clock is the one that the process runs on, for a library that can be given one. */
  start(settings: Settings, clock: Clock): Awaitable<Breaker>
  readonly mistakes: readonly Mistake[]
}
