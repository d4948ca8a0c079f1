// Main: from the arguments to an exit code. The one place that ends the process.
import { CommanderError } from 'commander'
import { COULD_NOT, DONE, Failure, WRONG_ARGUMENTS } from './exit.ts'
import { createProgram } from './program.ts'
import { safeText } from './terminal/index.ts'

/** `root`: the folder of the package, or of the checkout. */
export async function main(args: readonly string[], root: URL): Promise<never> {
  // As in `switchgear graph | head -1`: the reader has what it wanted. What was started ends with this process.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit(DONE)
  })
  // Nobody hears it.
  process.stderr.on('error', () => {})
  let exitCode = DONE
  const program = createProgram(root, (code) => {
    exitCode = code
  })
  try {
    await program.parseAsync(args, { from: 'user' })
  } catch (error) {
    exitCode = exitCodeOf(error)
  }
  // What has no callback, as the help of the parser, must be written first. Idle connections of fetch would keep it waiting.
  await new Promise<void>((resolve) => process.stdout.write('', () => resolve()))
  process.exit(exitCode)
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === DONE ? DONE : WRONG_ARGUMENTS
  const message = error instanceof Error ? error.message : String(error)
  // Of several lines, each is made safe by itself.
  process.stderr.write(`switchgear: ${message.split('\n').map(safeText).join('\n')}\n`)
  return error instanceof Failure ? error.exitCode : COULD_NOT
}
