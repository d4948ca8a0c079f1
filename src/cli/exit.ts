// Exit: how a command ends: its exit codes, the errors that mean one, and the signals that ask for it.

export const DONE = 0
export const COULD_NOT = 1
export const WRONG_ARGUMENTS = 2
const OF_SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const

export const EXIT_CODES =
  'Exit codes: 0 done, 1 could not, 2 wrong arguments,\n130 ended by Ctrl-C, 143 by SIGTERM, 129 by SIGHUP.'

/** A command could not do what it was asked for; the message is for its user. */
export class Failure extends Error {
  readonly exitCode: number
  constructor(message: string, exitCode = COULD_NOT) {
    super(message)
    this.exitCode = exitCode
  }
}

/** The request to end: aborted by a signal of the system. */
export interface Ending {
  readonly signal: AbortSignal
  /** What the process exits with, because of what ended it. */
  exitCode(): number
}

/** For commands that go on until they are ended. The others a signal ends at once, as it ends any process. */
export function awaitEnding(): Ending {
  const ending = new AbortController()
  for (const [signal, code] of Object.entries(OF_SIGNALS)) {
    process.on(signal, () => {
      // Asked twice: at once. What was started ends by itself when this process is gone.
      if (ending.signal.aborted) process.exit(code)
      ending.abort(signal)
    })
  }
  return {
    signal: ending.signal,
    exitCode: () => OF_SIGNALS[ending.signal.reason as keyof typeof OF_SIGNALS] ?? DONE,
  }
}

/** Resolves when it is written: process.exit would cut off a slow pipe. */
export function print(text: string, stream: NodeJS.WritableStream = process.stdout): Promise<void> {
  return new Promise((resolve) => stream.write(text, () => resolve()))
}
