// Report: an error of the user's code becomes an `error` event of the registry. The call in which it happened has an
// outcome of its own.

/** Takes whose code went wrong, and what it threw; never throws. */
export type Report = (source: string, error: unknown) => void

/** Calls code of the user, whatever it does. */
export function guest(report: Report, source: string, code: () => unknown): void {
  try {
    const result = code()
    if (result instanceof Promise) result.catch((error: unknown) => report(source, error))
  } catch (error) {
    report(source, error)
  }
}
