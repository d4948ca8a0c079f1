// TripOptions: the options of a trip, checked.
import { DURATION_EXPECTED, type Duration, parseDuration } from './duration.ts'
import { ArgumentError } from './errors.ts'
import { checkOptions } from './option-object.ts'

/** Options of `trip`. */
export interface TripOptions {
  /**
   * How long it stays open, for example because a server asked for it (`Retry-After`): milliseconds or a string such as
   * `'2m'`. Default: the policy's `openTimeout`.
   */
  readonly openTimeout?: Duration | undefined
}

/** @throws ArgumentError (`INVALID_ARGUMENT`) */
export function openForMsOf(options: TripOptions): number | undefined {
  checkOptions('trip(reason, options)', options, ['openTimeout'])
  const { openTimeout } = options
  if (openTimeout === undefined) return undefined
  const openForMs = parseDuration(openTimeout)
  if (openForMs === undefined) throw new ArgumentError('options.openTimeout', DURATION_EXPECTED, openTimeout)
  return openForMs
}
