// Lane: the outcomes of the calls of one lane, guarded or unguarded. Written by traffic.ts, read by report.ts. Only sums,
// so that an hour of calls takes no more memory than a second.

/** `slow` is an answer slower than the policy's `slowCalls.slowerThan`; `cutOff`, a call that the end of the run ended. */
export type Kind = 'answered' | 'slow' | 'failed' | 'rejected' | 'cutOff'

export interface Call {
  readonly kind: Kind
  readonly durationMs: number
}

export interface RecentCalls {
  calls: number
  answered: number
  slow: number
  failed: number
  rejected: number
  cutOff: number
  /** Calls that were sent, not refused, while the service was bad. */
  sentWhileBad: number
  /** What callers waited in all for an answer that was slow, failed or refused. */
  waitedMs: number
}

export function newRecentCalls(): RecentCalls {
  return { calls: 0, answered: 0, slow: 0, failed: 0, rejected: 0, cutOff: 0, sentWhileBad: 0, waitedMs: 0 }
}

/** Whether a caller would rather not have waited for it. */
export function isBad({ kind }: Call): boolean {
  return kind === 'failed' || kind === 'slow'
}

/** `serviceWasBad` when the call was made. */
export function addCall(recent: RecentCalls, call: Call, serviceWasBad: boolean): void {
  recent.calls++
  recent[call.kind]++
  if (serviceWasBad && call.kind !== 'rejected') recent.sentWhileBad++
  // How long a call that was cut off would have taken, nobody knows.
  if (isBad(call) || call.kind === 'rejected') recent.waitedMs += call.durationMs
}
