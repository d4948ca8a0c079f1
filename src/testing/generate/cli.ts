#!/usr/bin/env node
// switchgear-generate, from the command line: prints or writes what generate() makes. Exits with 2 for a mistake.
import { writeFileSync } from 'node:fs'
import { HELP, parseArguments } from './arguments.ts'
import { generate } from './generate.ts'

try {
  const args = parseArguments(process.argv.slice(2))
  if (args === null) process.stdout.write(HELP)
  else {
    const { text, driver, remarks } = generate(args)
    if (args.out === undefined) process.stdout.write(text)
    else write(args.out, text)
    if (driver !== null) write(driver.file, driver.text)
    for (const remark of remarks) console.error(remark)
  }
} catch (error) {
  // A PolicyError lists its mistakes in lines of their own.
  console.error(`switchgear-generate: ${(error as Error).message.replace(/:?\n\s*/g, '; ')}`)
  process.exitCode = 2
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text)
  } catch (error) {
    throw new Error(`${file} can't be written: ${(error as NodeJS.ErrnoException).code}`)
  }
}
