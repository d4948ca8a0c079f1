// Signals: one listener for each signal, however many calls it may abort. A listener a call would be quadratic to add
// (50,000 took 65 s), and Node warns of a leak at eleven.

interface Waiting {
  readonly ends: Set<() => void>
  readonly listener: () => void
}

const waitingFor = new WeakMap<AbortSignal, Waiting>()

/** Calls `end` when the signal is aborted; returns the function that stops listening. */
export function onAbort(signal: AbortSignal, end: () => void): () => void {
  const waiting = waitingFor.get(signal) ?? listenTo(signal)
  waiting.ends.add(end)
  return () => {
    waiting.ends.delete(end)
    if (waiting.ends.size > 0) return
    // First, for a signal need not be the platform's.
    waitingFor.delete(signal)
    signal.removeEventListener('abort', waiting.listener)
  }
}

function listenTo(signal: AbortSignal): Waiting {
  const ends = new Set<() => void>()
  const listener = () => {
    for (const end of ends) end()
  }
  const waiting = { ends, listener }
  signal.addEventListener('abort', listener, { once: true })
  waitingFor.set(signal, waiting)
  return waiting
}
