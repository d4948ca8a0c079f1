// Api: what the dashboard answers to single requests, and the bodies that it takes. Beside the stream, it is the rest of the
// protocol, and like it written by the server, read by the page and the command line: types and names alone.
import type { Command } from '../../core/rules/commands.ts'
import type { BreakerState, EvidenceReport, Latency, RateEvidence } from '../../index.ts'
import type { WireRow, WireTransition } from './wire.ts'

export { COMMANDS, type Command } from '../../core/rules/commands.ts'

/** Paths of the interface, below the base path of the dashboard. */
export const PATHS = {
  stream: 'api/stream',
  endpoint: 'api/endpoint',
  control: 'api/control',
  preview: 'api/policy/preview',
  policy: 'api/policy',
} as const

/** How evidence is headed. */
export interface Titled {
  /** What it is evidence of. */
  readonly title: string
  /** What the calls did that speak against the endpoint, as in `failed`. */
  readonly did: string
}

/** A rule over a window of calls, with its present figures. */
export interface WireRate extends Titled {
  /** Calls in the window now. */
  readonly calls: number
  /** Those that failed, or were slow. */
  readonly marked: number
  /** The share at which it opens, 0-1. */
  readonly threshold: number
  /** The least number of calls before it can open. */
  readonly minimumCalls: number
  /** The share now, 0-1; `null` without a call. */
  readonly rate: number | null
  /** Oldest first: one for each call of a window of calls, one for each bucket of a window of time. */
  readonly buckets: readonly { readonly calls: number; readonly marked: number }[]
  /** How large the window is. */
  readonly window: { readonly calls: number } | { readonly timeMs: number; readonly buckets: number }
}

/** Events that are counted towards a threshold, as they stand. */
export interface WireCount extends Titled {
  /** Those that count towards it now. */
  readonly count: number
  /** The number that opens it; `null`: they are not counted. */
  readonly threshold: number | null
  /** Only those this recent count; `null`: however old. */
  readonly windowMs: number | null
  /** How long ago those within the window were, in ms, the oldest first. */
  readonly ages: readonly number[]
}

type WireOf<Told> = Told extends EvidenceReport['failures'] ? WireCount : Told extends RateEvidence ? WireRate : Told

/** What the triggers of one endpoint judge; `null` without that rule. */
export type WireEvidence = { readonly [N in keyof EvidenceReport]: WireOf<EvidenceReport[N]> }

/** One setting of a policy. */
export interface WireSetting {
  /** Its name among the options of a policy. */
  readonly setting: string
  /** As you would write it; `none` if there is none. */
  readonly value: string
  /** What it does, in a sentence. */
  readonly meaning: string
}

/** A period in a state. */
export interface WirePeriod {
  /** Which. */
  readonly state: BreakerState
  /** Why it began; not known for a period that began before the dashboard did. */
  readonly generation: number | null
  /** In ms since 1970. */
  readonly from: number
  /** `null`: it continues. */
  readonly to: number | null
}

/** The answer to `GET api/endpoint?name=…`. */
export interface EndpointDetail {
  /** Its name. */
  readonly endpoint: string
  /** In ms since 1970; "ago" and "after" count from here. */
  readonly now: number
  /** As in the stream. */
  readonly row: WireRow
  /** The part of its stats that is not in the row. */
  readonly stats: {
    /** Since the last success. */
    readonly consecutiveFailures: number
    /** Of sampled calls, in ms. */
    readonly latency: Latency
    /** Fallbacks that ran. */
    readonly fallbacks: number
    /** Ms spent in each state. */
    readonly timeInState: Readonly<Record<BreakerState, number>>
  }
  /** What its fleet decides on top of it; `null`: nothing. */
  readonly override: WireOverride | null
  /** The slots of its bulkhead; `null` without a limit. */
  readonly bulkhead: WireBulkhead | null
  /** What its windows hold. */
  readonly evidence: WireEvidence
  /** Each setting, in the order of docs/policy.md. */
  readonly policy: readonly WireSetting[]
  /** The settings as options, in JSON: a form of the policy begins with them. Functions are left out. */
  readonly options: Readonly<Record<string, unknown>>
  /** Settings in the policy that will not work as you might think, in sentences. */
  readonly warnings: readonly string[]
  /** The newest ones, oldest first. */
  readonly transitions: readonly WireTransition[]
  /** From the oldest stay that is known to the current one. */
  readonly timeline: readonly WirePeriod[]
  /** How long its fleet rejected calls, and in which state; since the dashboard was made. */
  readonly fleetTimeline: readonly WirePeriod[]
}

/** The slots of a bulkhead. */
export interface WireBulkhead {
  /** Calls that hold one. */
  readonly inFlight: number
  /** Calls that wait for one. */
  readonly queued: number
  /** How many may be in flight: `maxConcurrent`. */
  readonly slots: number
  /** How many may wait: `maxQueued`. */
  readonly mayWait: number
}

/** A decision of a fleet about an endpoint. */
export interface WireOverride {
  /** The state in which calls are rejected. */
  readonly state: BreakerState
  /** Why, in words. */
  readonly reason: string
  /** Whole ms until a call may be admitted; `null` if it is not known. */
  readonly retryAfterMs: number | null
  /** The share of calls admitted, 0-1. */
  readonly share: number
}

/** Body of `POST api/control`. */
export interface ControlRequest {
  /** The endpoint. */
  readonly endpoint: string
  /** What to do. */
  readonly command: Command
  /** For `trip` and `probe`: shown by the transition, and by rejections; at most 200 characters. */
  readonly message?: string
}
/** Its answer. */
export interface ControlAnswer {
  /** Its new state. */
  readonly row: WireRow
}

/** Body of `POST api/policy/preview` and of `POST api/policy`. Options that `policy` leaves out stay as they are. */
export interface PolicyRequest {
  /** The endpoint. */
  readonly endpoint: string
  /** Options of a policy, in JSON. */
  readonly policy: Readonly<Record<string, unknown>>
}
/** Answer of both. A preview changes nothing. */
export interface PolicyAnswer {
  /** Whether it is in force. */
  readonly applied: boolean
  /** What the policy would be, or is now. */
  readonly policy: readonly WireSetting[]
  /** Each setting that differs, with its value before. */
  readonly changes: readonly (WireSetting & { readonly before: string })[]
  /** Settings that will not work as you might think, in sentences. */
  readonly warnings: readonly string[]
}

/** Body of every answer that is not 2xx. */
export interface ErrorAnswer {
  /** What is wrong. */
  readonly error: {
    /** For programs. */
    readonly code: ErrorName
    /** For people. */
    readonly message: string
    /** Of a body or a policy that is wrong. */
    readonly mistakes?: readonly { readonly path: string; readonly expected: string; readonly received: string }[]
  }
}
/** The kinds of errors. */
export type ErrorName =
  | 'forbidden'
  | 'controlsOff'
  | 'unauthorized'
  | 'notFound'
  | 'methodNotAllowed'
  | 'unsupportedMediaType'
  | 'tooLarge'
  | 'invalid'
  | 'closed'
  | 'busy'
  | 'failed'
