// Protocol: what the dashboard's server tells its pages and `switchgear watch`, and what they may ask. The one place that
// knows the wire; written by the server, read by the page and the command line, so it imports types alone.
import type { BreakerState, Latency } from '../index.ts'

/** The version that `hello` names. A reader that knows another one says so and shows nothing. */
export const PROTOCOL = 1

/** The states by their numbers on the wire: those of every gauge of switchgear. */
export const STATES: readonly BreakerState[] = ['closed', 'halfOpen', 'open', 'forcedOpen', 'disabled']

/** At most so many rows are in one `rows` event. */
export const MOST_ROWS = 1_000
/** At most so many transitions are in one `transition` or `history` event; of more, the newest. */
export const MOST_TRANSITIONS = 1_000

/** Paths of the interface, below the base path of the dashboard. */
export const PATHS = {
  stream: 'api/stream',
  endpoint: 'api/endpoint',
  control: 'api/control',
  preview: 'api/policy/preview',
  policy: 'api/policy',
} as const

/** The figures of one endpoint: an array, because ten thousand of them are sent. Times are in ms, shares 0-1. */
export type WireRow = readonly [
  endpoint: string,
  /** Index into STATES. */
  state: number,
  generation: number,
  allowed: number,
  rejected: number,
  succeeded: number,
  failed: number,
  timedOut: number,
  ignored: number,
  late: number,
  slow: number,
  failureRate: number | null,
  slowRate: number | null,
  p50: number | null,
  p99: number | null,
  /** Counted from the `now` of the event that brings the row. */
  retryAfterMs: number | null,
  probesInFlight: number,
  /** Why it is in this state, in words. */
  reason: string | null,
]

/** Where each figure is in a WireRow: `row[COLUMN.failed]`. */
export const COLUMN = {
  endpoint: 0,
  state: 1,
  generation: 2,
  allowed: 3,
  rejected: 4,
  succeeded: 5,
  failed: 6,
  timedOut: 7,
  ignored: 8,
  late: 9,
  slow: 10,
  failureRate: 11,
  slowRate: 12,
  p50: 13,
  p99: 14,
  retryAfterMs: 15,
  probesInFlight: 16,
  reason: 17,
} as const

/** A WireRow by names. */
export interface EndpointRow {
  readonly endpoint: string
  readonly state: BreakerState
  readonly generation: number
  readonly calls: Readonly<
    Record<'allowed' | 'rejected' | 'succeeded' | 'failed' | 'timedOut' | 'ignored' | 'late' | 'slow', number>
  >
  readonly failureRate: number | null
  readonly slowRate: number | null
  readonly p50: number | null
  readonly p99: number | null
  readonly retryAfterMs: number | null
  readonly probesInFlight: number
  readonly reason: string | null
}

/**
 * First event of every connection, and once more when the reader was too slow for what has gone meanwhile. What it knew
 * before is void: a full image follows. Times in ms since 1970.
 */
export interface Hello {
  readonly protocol: number
  readonly title: string
  readonly pid: number
  /** When the process started. */
  readonly startedAt: number
  readonly now: number
  /** Whether commands are taken, with a token. */
  readonly controls: boolean
  /** How many endpoints there are. */
  readonly endpoints: number
}

/** Rows that are new or have moved, and the names of those that are gone (take these out first, then put the rows in). */
export interface Rows {
  /** When they were read, in ms since 1970. */
  readonly now: number
  /** Part of the full image after `hello`. */
  readonly full?: true
  /** The last part of the full image: the reader now knows every endpoint. */
  readonly last?: true
  readonly rows: readonly WireRow[]
  readonly gone: readonly string[]
}

/** A change of state. */
export interface WireTransition {
  readonly endpoint: string
  readonly from: BreakerState
  readonly to: BreakerState
  /** Of the stay that began. */
  readonly generation: number
  /** In words. */
  readonly reason: string
  /** In ms since 1970. */
  readonly time: number
}

/**
 * The events of the stream by name. After `hello` comes the full image as `rows`, then `history`: the newest transitions
 * from before, the oldest first. From then on `rows` at most four times a second, and `transition` with those that happened.
 * `bye` says that nothing more will come, and why. Comment lines (`:`) come every ten seconds, so that silence means trouble.
 */
export interface StreamEvents {
  hello: Hello
  rows: Rows
  history: readonly WireTransition[]
  transition: readonly WireTransition[]
  bye: Bye
}

/** Why the stream ends: the registry was closed, or the dashboard was. */
export interface Bye {
  readonly why: 'registry closed' | 'dashboard closed'
}

/** A rule over a window of calls, as it stands. */
export interface WireRate {
  readonly calls: number
  /** Failed ones, or slow ones. */
  readonly marked: number
  readonly threshold: number
  readonly minimumCalls: number
  readonly rate: number | null
  /** Oldest first: one for each call of a window of calls, one for each bucket of a window of time. */
  readonly slots: readonly { readonly calls: number; readonly marked: number }[]
  readonly window: { readonly calls: number } | { readonly timeMs: number; readonly buckets: number }
}

/** What the windows of one endpoint hold. */
export interface WireEvidence {
  readonly failures: {
    readonly count: number
    readonly threshold: number | null
    readonly windowMs: number | null
    /** How long ago the failures within the window were, in ms, the oldest first. */
    readonly ages: readonly number[]
  }
  readonly failureRate: WireRate | null
  readonly slowCalls: WireRate | null
}

/** One setting of a policy. */
export interface WireSetting {
  /** Its name among the options of a policy. */
  readonly setting: string
  /** As it would be written; `none` where there is none. */
  readonly value: string
  /** What it does, in a sentence. */
  readonly meaning: string
}

/** A stay in a state. */
export interface WireStay {
  readonly state: BreakerState
  /** Not known of a stay that began before the dashboard looked. */
  readonly generation: number | null
  /** In ms since 1970. */
  readonly from: number
  /** `null`: it lasts. */
  readonly to: number | null
}

/** What `GET api/endpoint?name=…` gives. */
export interface EndpointDetail {
  readonly endpoint: string
  /** In ms since 1970; what is "ago" or "after" counts from here. */
  readonly now: number
  /** As in the stream. */
  readonly row: WireRow
  readonly stats: {
    readonly consecutiveFailures: number
    readonly latency: Latency
    readonly fallbacks: number
    readonly timeInState: Readonly<Record<BreakerState, number>>
  }
  readonly evidence: WireEvidence
  readonly policy: readonly WireSetting[]
  /** The settings as options, in JSON: what a form of the policy begins with. Functions are not among them. */
  readonly options: Readonly<Record<string, unknown>>
  /** What in the policy will not work as one would think, in sentences. */
  readonly warnings: readonly string[]
  /** The newest, the oldest of them first. */
  readonly transitions: readonly WireTransition[]
  /** From the oldest stay that is known to the current one. */
  readonly timeline: readonly WireStay[]
}

/** What can be commanded. */
export const COMMANDS = ['trip', 'reset', 'isolate', 'disable', 'enable'] as const
/** A command by its name. */
export type Command = (typeof COMMANDS)[number]

/** Body of `POST api/control`. */
export interface ControlRequest {
  readonly endpoint: string
  readonly command: Command
  /** Of `trip`: told by rejections and the transition; at most 200 characters. */
  readonly message?: string
}
/** Its answer: the row as it is then. */
export interface ControlAnswer {
  readonly row: WireRow
}

/** Body of `POST api/policy/preview` and of `POST api/policy`. What `policy` leaves out stays as it is. */
export interface PolicyRequest {
  readonly endpoint: string
  readonly policy: Readonly<Record<string, unknown>>
}
/** Answer of both. A preview changes nothing. */
export interface PolicyAnswer {
  readonly applied: boolean
  /** What the policy would be, or is now. */
  readonly policy: readonly WireSetting[]
  /** Each setting that differs, with its value before. */
  readonly changes: readonly (WireSetting & { readonly before: string })[]
  readonly warnings: readonly string[]
}

/** Body of every answer that is not 2xx. */
export interface ErrorAnswer {
  readonly error: {
    readonly code: ErrorName
    /** For people. */
    readonly message: string
    /** Of a body or a policy that is wrong. */
    readonly mistakes?: readonly { readonly path: string; readonly expected: string; readonly received: string }[]
  }
}
/** What an answer that is not 2xx is about. */
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

/** The figures of a row by their names. */
export function readRow(row: WireRow): EndpointRow {
  const [endpoint, state, generation, allowed, rejected, succeeded, failed, timedOut, ignored, late, slow] = row
  return {
    endpoint,
    state: STATES[state] ?? 'closed',
    generation,
    calls: { allowed, rejected, succeeded, failed, timedOut, ignored, late, slow },
    failureRate: row[COLUMN.failureRate],
    slowRate: row[COLUMN.slowRate],
    p50: row[COLUMN.p50],
    p99: row[COLUMN.p99],
    retryAfterMs: row[COLUMN.retryAfterMs],
    probesInFlight: row[COLUMN.probesInFlight],
    reason: row[COLUMN.reason],
  }
}

/** One event of the stream as it is sent. JSON has no line breaks outside of strings, and escapes those within. */
export function encodeEvent<N extends keyof StreamEvents>(name: N, data: StreamEvents[N]): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`
}
