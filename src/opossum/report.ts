// Report: what code of the user's did wrong, as a warning of the process. There is nobody else to tell: the call it came up
// in has an outcome of its own.

/** `what` says whose code it was. */
export function report(what: string, error: unknown): void {
  try {
    const text = error instanceof Error ? (error.stack ?? String(error)) : String(error)
    process.emitWarning(`switchgear/opossum: ${what} went wrong: ${text}`, { code: 'SWITCHGEAR_ERROR' })
  } catch {
    // What cannot be printed, or a set-up that throws at every warning.
  }
}

/** Calls code of the user's, of which nothing is expected. */
export function guest(what: string, code: () => unknown): void {
  try {
    code()
  } catch (error) {
    report(what, error)
  }
}
