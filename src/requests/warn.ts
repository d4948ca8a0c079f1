// Warn: what goes wrong in a function of the user's is told to the process, or on a browser's console, and thrown at nobody.
export function warn(error: unknown): void {
  const what = error instanceof Error ? error : String(error)
  // Elsewhere than in Node there is no process.
  const { process: host } = globalThis as { process?: { emitWarning?: (what: Error | string) => void } }
  if (typeof host?.emitWarning === 'function') host.emitWarning(what)
  else console.warn(what)
}
