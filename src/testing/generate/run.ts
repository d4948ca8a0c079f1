// RunGenerate: prints or writes what generate() makes, and says what it was. Called by switchgear-generate and by
// `switchgear generate`.
import { writeFileSync } from 'node:fs'
import { helpFor, parseArguments } from './arguments.ts'
import { generate } from './generate.ts'

export interface Caller {
  /** How the user called it. */
  readonly name: string
  /** Called once, when the work is done or has failed and something is about to be printed. */
  done?(): void
}

/** The exit code: 2 for a mistake. */
export function runGenerate(args: readonly string[], { name, done = () => {} }: Caller): 0 | 2 {
  try {
    const asked = parseArguments(args)
    const generated = asked === null ? null : generate(asked)
    done()
    if (asked === null || generated === null) {
      process.stdout.write(helpFor(name))
      return 0
    }
    const { text, driver, remarks } = generated
    if (asked.out === undefined) process.stdout.write(text)
    else write(asked.out, text)
    if (driver !== null) write(driver.file, driver.text)
    for (const remark of remarks) console.error(remark)
    return 0
  } catch (error) {
    done()
    // A PolicyError lists its mistakes in lines of their own.
    console.error(`${name}: ${(error as Error).message.replace(/:?\n\s*/g, '; ')}`)
    return 2
  }
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text)
  } catch (error) {
    throw new Error(`${file} can't be written: ${(error as NodeJS.ErrnoException).code}`)
  }
}
