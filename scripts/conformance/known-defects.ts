// Known defects: what reading the libraries and working them by hand had shown before there were paths. The kit must
// find each by itself, or it is not done.
import type { Finding, Report } from './findings.ts'
import type { RequirementId } from './library.ts'

export interface KnownDefect {
  readonly library: string
  readonly says: string
  readonly requirement: RequirementId
  /** Matches the kind of the finding, or its difference. */
  readonly shows: RegExp
  /** No path can show it: options, and the wall clock. */
  readonly byHand?: true
}

const known = (library: string, requirement: RequirementId, says: string, shows: RegExp): KnownDefect => ({
  library,
  requirement,
  says,
  shows,
})

const byHand = (...args: Parameters<typeof known>): KnownDefect => ({ ...known(...args), byHand: true })

export const KNOWN_DEFECTS: readonly KnownDefect[] = [
  known('opossum', 'late', 'a late success closes half-open', /^late success: half-open becomes closed$/),
  known('opossum', 'late', 'a late failure reopens half-open', /^late failure: half-open becomes open$/),
  known('opossum', 'stuck', 'a probe that never ends: half-open for ever', /^stuck in half-open$/),
  known('opossum', 'undefined', 'a function that returns `undefined` fails', /^returns undefined at once/),
  known('opossum', 'listener', 'a listener throws: the caller never gets an answer', /never gets an answer/),
  known('opossum', 'filter', 'a filter throws: the caller never gets an answer', /never gets an answer/),
  known('opossum', 'stall', 'it rejects after a stall past the open time', /^stall: rejects$/),
  byHand('opossum', 'nonsense', 'an infinite timeout, a threshold that is no number', /^timeout Infinity \(/),
  known('cockatiel', 'late', 'a late failure reopens half-open', /^late failure: half-open becomes open$/),
  known('cockatiel', 'late', 'and the real probe counts for nothing', /probe's success then counts for nothing/),
  known('cockatiel', 'stuck', 'a probe that never ends: half-open for ever', /^stuck in half-open$/),
  known('cockatiel', 'refusal', 'callers wait for the probe, without bound', /^waits$/),
  known('cockatiel', 'refusal', 'those who wait run all at one instant', /^runs later: [2-9]/),
  known('cockatiel', 'listener', 'what a listener throws replaces the result', /thrown by the listener" instead/),
  known('cockatiel', 'filter', 'what a filter throws replaces the error', /thrown by the filter" instead/),
  known('cockatiel', 'window', 'an idle time window never expires', /^window: .*becomes open$/),
  byHand('cockatiel', 'nonsense', 'a threshold that is no number', /^ConsecutiveBreaker\(NaN\)$/),
  byHand('cockatiel', 'wall', 'the wall clock set back: stuck open', /^late$/),
  known('mollitia', 'late', 'a late failure reopens half-open', /^late failure: half-open becomes open$/),
  known('mollitia', 'late', 'a late result counts as a probe', /^late success tells later$/),
  known('mollitia', 'stuck', 'a probe that never ends: half-open for ever', /^stuck in half-open$/),
  known(
    'mollitia',
    'sync',
    'a function that throws at once is not counted',
    /^throws at once: opens: .* stays closed$/,
  ),
  known('mollitia', 'sync', 'and wedges half-open', /^throws at once: probes: .*, stuck$/),
  known(
    'mollitia',
    'listener',
    'what a listener throws replaces the error',
    /thrown by the listener" instead of the error/,
  ),
  known('mollitia', 'filter', 'what a filter throws replaces the error', /thrown by the filter" instead/),
  known('mollitia', 'stall', 'it rejects after a stall past the open time', /^stall: rejects$/),
  known('Effect CircuitBreaker', 'stuck', 'a probe that never ends: half-open for ever', /^stuck in half-open$/),
]

/** What had been said of a library and is not so, or only by default. */
export const NOT_CONFIRMED: readonly string[] = [
  'mollitia runs two calls in half-open: only because `permittedNumberOfCallsInHalfOpenState` is 2 by default; told 1, it keeps to 1.',
  'mollitia stays half-open for ever: only because `halfOpenStateMaxDelay` is off by default.',
]

export interface Search {
  readonly defect: KnownDefect
  readonly found: Finding | undefined
}

export function searchKnown(reports: readonly Report[], defects = KNOWN_DEFECTS): Search[] {
  return defects.flatMap((defect) => {
    const report = reports.find(({ library }) => library === defect.library)
    if (report === undefined) return []
    const found = report.cells[defect.requirement].findings.find(
      ({ kind, difference, byPath }) =>
        (defect.byHand === true || byPath) && (defect.shows.test(kind) || defect.shows.test(difference)),
    )
    return [{ defect, found }]
  })
}
