// Requirements: the rows of the table. What a library claims, or what any breaker must keep.
import type { RequirementId } from './library.ts'

export interface Requirement {
  readonly id: RequirementId
  readonly title: string
  /** Judged on generated paths; the others are a few probes by hand, which the table says. */
  readonly byPaths: boolean
}

export const REQUIREMENTS: readonly Requirement[] = [
  { id: 'closed', title: 'Closed admits every call', byPaths: true },
  { id: 'opens', title: 'It opens at its threshold, and open runs nothing', byPaths: true },
  {
    id: 'deadline',
    title: 'Exact deadline: rejects 1 ms before, admits when the open time has elapsed',
    byPaths: true,
  },
  { id: 'stall', title: 'A call after a stalled event loop is not rejected past the open time', byPaths: true },
  { id: 'limit', title: 'Half-open runs no more calls than its limit', byPaths: true },
  { id: 'refusal', title: 'A call that is not admitted is refused at once', byPaths: true },
  { id: 'probes', title: 'A probe that succeeds closes, one that fails opens', byPaths: true },
  { id: 'late', title: 'A late result changes nothing', byPaths: true },
  { id: 'stuck', title: 'Never stuck, though a call never ends', byPaths: true },
  { id: 'window', title: 'A time window forgets what is older than it', byPaths: true },
  { id: 'outcome', title: 'The caller gets its own outcome', byPaths: true },
  { id: 'sync', title: '… when the function throws at once', byPaths: true },
  { id: 'undefined', title: '… when the outcome is `undefined`', byPaths: true },
  { id: 'listener', title: '… when a listener throws', byPaths: true },
  { id: 'filter', title: '… when an error filter throws', byPaths: true },
  { id: 'nonsense', title: 'Nonsense options are refused', byPaths: false },
  { id: 'wall', title: 'Steps of the wall clock change nothing', byPaths: false },
]
