// Board: the image of the breakers behind a dashboard, kept by the events of its stream; and rates, from differences.
import { type EndpointRow, type Hello, type Rows, readRow, type WireTransition } from '../../observe/dashboard/index.ts'
import { safeText } from '../terminal/index.ts'

/** One endpoint as it is shown. */
export interface Watched {
  readonly row: EndpointRow
  /** Fit for a terminal. */
  readonly name: string
  /** `null` until two images of it are a second apart. */
  readonly perSecond: { readonly calls: number | null; readonly refused: number | null }
  /** Of its window, or of its last second where it keeps none. */
  readonly failureShare: number | null
  /** As it counts down from when the row came. */
  readonly retryAfterMs: number | null
}

export interface Board {
  readonly hello: Hello | null
  /** Whether every endpoint is known. */
  readonly isComplete: boolean
  /** The newest last. */
  readonly transitions: readonly WireTransition[]
  readonly size: number
  greet(hello: Hello): void
  take(rows: Rows): void
  tell(transitions: readonly WireTransition[]): void
  all(): Watched[]
}

interface Kept {
  readonly name: string
  row: EndpointRow
  /** By the clock of the process that is watched, and by ours. */
  at: number
  receivedAt: number
  base: EndpointRow
  baseAt: number
  rates: { calls: number; refused: number; failureShare: number | null } | null
}

const RATE_OVER_MS = 1000
/** A row that has not moved for so long has no calls. */
const QUIET_AFTER_MS = 2500
const MOST_TRANSITIONS = 200

/** `now` in ms, of a clock that does not step. */
export function createBoard(now: () => number = () => performance.now()): Board {
  const kept = new Map<string, Kept>()
  let hello: Hello | null = null
  let isComplete = false
  let transitions: WireTransition[] = []

  function put(row: EndpointRow, at: number): void {
    const known = kept.get(row.endpoint)
    const receivedAt = now()
    if (known === undefined) {
      const { endpoint } = row
      kept.set(endpoint, { name: safeText(endpoint), row, at, receivedAt, base: row, baseAt: at, rates: null })
      return
    }
    Object.assign(known, { row, at, receivedAt })
    if (at - known.baseAt >= RATE_OVER_MS) Object.assign(known, { rates: ratesOf(known), base: row, baseAt: at })
  }

  return {
    get hello() {
      return hello
    },
    get isComplete() {
      return isComplete
    },
    get transitions() {
      return transitions
    },
    get size() {
      return kept.size
    },
    greet(greeting) {
      hello = greeting
      isComplete = false
      transitions = []
      kept.clear()
    },
    take({ now: at, rows, gone, last }) {
      for (const endpoint of gone) kept.delete(endpoint)
      for (const row of rows) put(readRow(row), at)
      if (last === true) isComplete = true
    },
    tell(news) {
      transitions = [...transitions, ...news].slice(-MOST_TRANSITIONS)
    },
    all: () => Array.from(kept.values(), (each) => shown(each, now())),
  }
}

/** Calls that were not made, whoever refused them. */
export function refusedOf({ calls }: EndpointRow): number {
  return calls.rejected + calls.limited
}

function ratesOf({ row, at, base, baseAt }: Kept): Kept['rates'] {
  const seconds = (at - baseAt) / 1000
  const refused = refusedOf(row) - refusedOf(base)
  const failed = row.calls.failed - base.calls.failed
  const ended = row.calls.succeeded - base.calls.succeeded + failed
  return {
    calls: (row.calls.allowed - base.calls.allowed + refused) / seconds,
    refused: refused / seconds,
    failureShare: ended > 0 ? failed / ended : null,
  }
}

function shown({ row, name, receivedAt, rates }: Kept, now: number): Watched {
  const agoMs = now - receivedAt
  const isQuiet = agoMs > QUIET_AFTER_MS
  return {
    row,
    name,
    perSecond: {
      calls: isQuiet ? 0 : (rates?.calls ?? null),
      refused: isQuiet ? 0 : (rates?.refused ?? null),
    },
    failureShare: row.failureRate ?? (isQuiet ? null : (rates?.failureShare ?? null)),
    retryAfterMs: row.retryAfterMs === null ? null : Math.max(row.retryAfterMs - agoMs, 0),
  }
}
