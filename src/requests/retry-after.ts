// RetryAfter: how long a server asks to be left alone (RFC 9110, 10.2.3), in ms.

/** Of an answer, what it is judged by. */
export interface AnswerHead {
  readonly status: number
  /** The value of a header, by its name in small letters; `null` or `undefined`: there is none. */
  header(name: string): string | null | undefined
}

/** Too many requests, and service unavailable. */
const STATUSES: readonly number[] = [429, 503]
/** IMF-fixdate, and the two obsolete forms that a recipient must accept. `Date.parse` alone takes `-1` for a year. */
const DATE = /^(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?,? [\w -]+ \d\d:\d\d:\d\d(?: GMT| \d{4})$/

/**
 * For how long an answer asks to be left alone, at most `longestMs`; `undefined` for one that does not ask, or asks for nothing
 * that could be heeded: a time that has passed, a negative or fractional number, garbage.
 */
export function openTimeOf(head: AnswerHead, longestMs: number, now: number): number | undefined {
  if (!STATUSES.includes(head.status)) return undefined
  const text = head.header('retry-after')?.trim()
  if (text === undefined || text === '') return undefined
  const ms = /^\d+$/.test(text) ? Number(text) * 1_000 : untilDate(text, head.header('date'), now)
  return ms > 0 ? Math.min(ms, longestMs) : undefined
}

/** By the server's own clock, where it tells the time: one of the two may be wrong by hours. */
function untilDate(text: string, date: string | null | undefined, now: number): number {
  const told = dateOf(date?.trim() ?? '')
  return dateOf(text) - (Number.isNaN(told) ? now : told)
}

function dateOf(text: string): number {
  if (!DATE.test(text)) return Number.NaN
  return Date.parse(text.endsWith('GMT') ? text : `${text} GMT`)
}
