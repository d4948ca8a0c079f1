// npm start: services that fail in five ways, called with and without circuit breakers, and what the breakers bought.
// `npm start -- --help` lists the options.
import { printLines } from './demo/lines.ts'
import { type DemoOptions, readOptions, USAGE, UsageError } from './demo/options.ts'
import { isTerminal, type Paint, paintFor } from './demo/paint.ts'
import { type Audience, runDemo } from './demo/run.ts'
import { openScreen } from './demo/screen.ts'
import { summaryOf } from './demo/summary.ts'

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const
const FAILED = 1
const WRONG_ARGUMENTS = 2
const SILENT: Audience = { begins() {}, happened() {}, ends() {} }

const { stdout, stderr } = process
const interrupt = new AbortController()

for (const [signal, code] of Object.entries(EXIT_CODES)) {
  process.on(signal, () => {
    // Asked twice: at once. The services end by themselves when this process is gone.
    if (interrupt.signal.aborted) process.exit(code)
    interrupt.abort(signal)
  })
}
// As in `npm start | head`: nobody reads any more.
stdout.on('error', () => interrupt.abort('SIGHUP'))

async function main(options: DemoOptions): Promise<number> {
  const paint = paintFor(stdout)
  const report = await runDemo(options, audienceFor(options, paint), interrupt.signal)
  if (report !== null) {
    await print(options.json ? `${JSON.stringify(report, null, 2)}\n` : `\n${summaryOf(report, paint, stdout.columns)}`)
  }
  return EXIT_CODES[interrupt.signal.reason as keyof typeof EXIT_CODES] ?? 0
}

function audienceFor({ json }: DemoOptions, paint: Paint): Audience {
  if (json) return SILENT
  return isTerminal(stdout) ? openScreen(stdout, paint) : printLines(stdout, paint)
}

/** Resolves when it is written: process.exit would cut off a slow pipe. */
function print(text: string): Promise<void> {
  return new Promise((resolve) => stdout.write(text, () => resolve()))
}

function readCommandLine(): DemoOptions | number {
  try {
    const options = readOptions(process.argv.slice(2))
    if (options !== 'help') return options
    stdout.write(USAGE)
    return 0
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    stderr.write(`${error.message}\n`)
    return WRONG_ARGUMENTS
  }
}

const options = readCommandLine()
if (typeof options === 'number') process.exitCode = options
else {
  const code = await main(options).catch((error: Error) => {
    stderr.write(`${error.message}\n`)
    return FAILED
  })
  // Idle connections of fetch would keep it waiting.
  process.exit(code)
}
