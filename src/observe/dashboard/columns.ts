// Columns: the figures of one endpoint, written once: what is where in the array that is sent, how it is read from the stats,
// and how it is read back. Encoder, decoder and their types are made of this table; so a column is a line of it, and a line of
// EndpointRow, which says what readers get. One that is in only one of them does not compile.
import { type BreakerState, numberOfState, STATES } from '../../core/rules/states.ts'
import type { AdmissionStatus, EndpointStats } from '../../index.ts'
import { describeReason } from '../../pure.ts'

/** Raise it with every change of what is sent. A reader of another version says so and shows nothing. */
export const PROTOCOL = 3

/** Who refuses calls, and how: `breaker.admission()`, whose reason is in its words, and whose `retryAfterMs` in the row. */
export type WireAdmission = Omit<AdmissionStatus, 'reason' | 'retryAfterMs'>

/** A WireRow by names. */
export interface EndpointRow {
  /** Its name. */
  readonly endpoint: string
  /** The state it is in. */
  readonly state: BreakerState
  /** The number of its generation. */
  readonly generation: number
  /** Outcomes of calls; the limited ones are not among the rejected. */
  readonly calls: Readonly<
    Record<
      'allowed' | 'rejected' | 'succeeded' | 'failed' | 'timedOut' | 'ignored' | 'late' | 'slow' | 'limited',
      number
    >
  >
  /** 0-1; `null` without a rule or a call. */
  readonly failureRate: number | null
  /** 0-1; `null` without a rule or a call. */
  readonly slowRate: number | null
  /** In ms; `null` before the first sample. */
  readonly p50: number | null
  /** In ms; `null` before the first sample. */
  readonly p99: number | null
  /** Until a call may be admitted, by whoever refuses it, from the `now` of the event; `null` when one may be, or nobody knows. */
  readonly retryAfterMs: number | null
  /** Probes that hold a permit. */
  readonly probesInFlight: number
  /** Why it is in this state, in words; `null` if it has never changed. */
  readonly reason: string | null
  /** Under `maxConcurrent`; `null` without a limit. */
  readonly concurrency: { readonly inFlight: number; readonly queued: number } | null
  /** The share of calls that its recovery ramp admits, 0-1; `null` unless it is on one. */
  readonly rampShare: number | null
  /** Who refuses calls, all or some of them; `null`: every call is admitted. */
  readonly admission: WireAdmission | null
}

type Counted = keyof EndpointRow['calls']
type Plain = Exclude<keyof EndpointRow, 'calls'>

interface Column<N extends string = string, W = unknown> {
  readonly name: N
  /** As it is sent: rounded to what can be read. */
  readonly read: (stats: Omit<EndpointStats, 'endpoint'>, endpoint: string) => W
  /** What was sent as EndpointRow has it; absent where that is the same. */
  readonly show?: (sent: W) => unknown
  /** Whether EndpointRow has it in `calls`. */
  readonly isCounted?: true
  /** Whether time alone may change it. Readers of `retryAfterMs` count down. */
  readonly decays?: true
}

/** One that is sent as EndpointRow has it. */
const plain = <const N extends Plain, W extends EndpointRow[N]>(name: N, read: Column<N, W>['read']): Column<N, W> => ({
  name,
  read,
})
const encoded = <const N extends Plain, W>(
  name: N,
  read: Column<N, W>['read'],
  show: (sent: W) => EndpointRow[N],
): Column<N, W> => ({ name, read, show })
const counted = <const N extends Counted>(name: N): Column<N, number> => ({
  name,
  read: ({ calls }) => calls[name],
  isCounted: true,
})
const decaying = <N extends string, W>(column: Column<N, W>): Column<N, W> => ({ ...column, decays: true })

/** In the order of the wire. */
export const COLUMNS = [
  plain('endpoint', (_, endpoint) => endpoint),
  decaying(
    encoded(
      'state',
      ({ state }) => numberOfState(state),
      (sent) => STATES[sent] ?? 'closed',
    ),
  ),
  decaying(plain('generation', ({ generation }) => generation)),
  counted('allowed'),
  counted('rejected'),
  counted('succeeded'),
  counted('failed'),
  counted('timedOut'),
  counted('ignored'),
  counted('late'),
  counted('slow'),
  counted('limited'),
  decaying(plain('failureRate', ({ failureRate }) => rounded(failureRate, 10_000))),
  decaying(plain('slowRate', ({ slowRate }) => rounded(slowRate, 10_000))),
  plain('p50', ({ latency }) => rounded(latency.p50, 100)),
  plain('p99', ({ latency }) => rounded(latency.p99, 100)),
  plain('retryAfterMs', ({ admission }) => admission.retryAfterMs),
  decaying(plain('probesInFlight', ({ probesInFlight }) => probesInFlight)),
  plain('reason', ({ reason }) => reason && describeReason(reason)),
  encoded(
    'concurrency',
    ({ concurrency }) => concurrency && ([concurrency.inFlight, concurrency.queued] as const),
    (sent) => sent && { inFlight: sent[0], queued: sent[1] },
  ),
  plain('rampShare', ({ rampShare }) => rounded(rampShare, 1_000)),
  plain('admission', ({ admission }) => wireAdmission(admission)),
] as const

type Columns = typeof COLUMNS
type SentAs<C> = C extends Column<string, infer W> ? W : never
type RowOf<C extends readonly unknown[]> = { readonly [P in keyof C]: SentAs<C[P]> }
type Index = keyof Columns & `${number}`

/** The figures of one endpoint: an array, because ten thousand of them are sent. Times are in ms, shares 0-1. */
export type WireRow = RowOf<Columns>

/** Where each figure is in a WireRow: `row[COLUMN.failed]`. */
export const COLUMN = Object.fromEntries(COLUMNS.map(({ name }, index) => [name, index])) as {
  readonly [P in Index as Columns[P]['name']]: P extends `${infer N extends number}` ? N : never
}

// What EndpointRow has and the table has not would never be sent.
type Missing = Exclude<Plain | Counted, keyof typeof COLUMN>
true satisfies [Missing] extends [never] ? true : Missing

const DECODERS: readonly Pick<Column<string, never>, 'name' | 'show' | 'isCounted'>[] = COLUMNS
/** Copied for each row: an object that grows name by name is slow to make. */
const NO_CALLS = Object.fromEntries(DECODERS.flatMap(({ name, isCounted }) => (isCounted ? [[name, 0]] : [])))
const NO_ROW = Object.fromEntries(
  DECODERS.map(({ name, isCounted }): [string, unknown] => [isCounted ? 'calls' : name, null]),
)

/** The figures of a row by their names. */
export function readRow(row: WireRow): EndpointRow {
  const calls: Record<string, unknown> = { ...NO_CALLS }
  const shown: Record<string, unknown> = { ...NO_ROW, calls }
  for (let index = 0; index < DECODERS.length; index++) {
    const { name, show, isCounted } = DECODERS[index] as (typeof DECODERS)[number]
    const sent = row[index] as never
    const into = isCounted ? calls : shown
    into[name] = show === undefined ? sent : show(sent)
  }
  return shown as unknown as EndpointRow
}

/** Most breakers admit every call: then there is nothing to say. */
function wireAdmission({ reason, retryAfterMs, ...admission }: AdmissionStatus): WireAdmission | null {
  return admission.admits === 'all' ? null : { ...admission, share: rounded(admission.share, 1_000) }
}

function rounded(value: number | null, steps: number): number | null {
  return value === null ? null : Math.round(value * steps) / steps
}
