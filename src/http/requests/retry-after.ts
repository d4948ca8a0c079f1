// RetryAfter: how long a server asks to be left alone (RFC 9110, 10.2.3), in ms.

/** IMF-fixdate, and the two obsolete forms that a recipient must accept. `Date.parse` alone takes `-1` for a year. */
const DATE = /^(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?,? [\w -]+ \d\d:\d\d:\d\d(?: GMT| \d{4})$/

/** With another status, `Retry-After` means something else or nothing. */
export function mayAskForTime(status: number): boolean {
  // Too many requests, and service unavailable.
  return status === 429 || status === 503
}

/**
 * For how long the headers of a response ask to leave the server alone, at most `longestMs`; `undefined` if they do not
 * ask, or ask for something meaningless: a time that has passed, a negative or fractional number, garbage.
 */
export function openTimeOf(
  header: (name: string) => string | null | undefined,
  longestMs: number,
  now: number,
): number | undefined {
  const text = header('retry-after')?.trim()
  if (text === undefined || text === '') return undefined
  const ms = /^\d+$/.test(text) ? Number(text) * 1_000 : untilDate(text, header('date'), now)
  return ms > 0 ? Math.min(ms, longestMs) : undefined
}

/** By the server's own clock, if it sends the time: one of the two clocks may be wrong by hours. */
function untilDate(text: string, date: string | null | undefined, now: number): number {
  const told = dateOf(date?.trim() ?? '')
  return dateOf(text) - (Number.isNaN(told) ? now : told)
}

function dateOf(text: string): number {
  if (!DATE.test(text)) return Number.NaN
  return Date.parse(text.endsWith('GMT') ? text : `${text} GMT`)
}
