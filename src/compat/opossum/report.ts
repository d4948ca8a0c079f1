// Report: what code of the user's did wrong ends as an `error` event of the registry. The call it came up in has an outcome of
// its own.

/** Told whose code went wrong, and what it threw; never throws. */
export type Report = (source: string, error: unknown) => void

/** Calls code of the user's, of which nothing is expected. */
export function guest(report: Report, source: string, code: () => unknown): void {
  try {
    const result = code()
    if (result instanceof Promise) result.catch((error: unknown) => report(source, error))
  } catch (error) {
    report(source, error)
  }
}
