// The deadline of requests, and what follows from it.
import { checkCount } from '../core/options/index.ts'

/** A store on the same network answers within a few ms; one that takes longer than this is no help. */
const DEADLINE_MS = 150

/** @throws ArgumentError (`INVALID_ARGUMENT`) */
export function checkDeadline(deadline: unknown): number {
  return checkCount('options.deadline', deadline, DEADLINE_MS)
}

/** How old a request may be when the store gets it: its sender gave up on it long ago, so it must do nothing. */
export function maxAgeMs(deadlineMs: number): number {
  return 2 * deadlineMs
}
