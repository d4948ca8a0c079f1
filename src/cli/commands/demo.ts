// The command demo: options, views and what looks on from outside, put together for a run of src/cli/demo.

import { attachDashboard, attachInspector } from '../attach.ts'
import {
  type Attach,
  type Audience,
  type DemoOptions,
  type DemoValues,
  FOREVER,
  openScreen,
  printLines,
  readOptions,
  runDemo,
  summaryOf,
  UsageError,
} from '../demo/index.ts'
import { awaitEnding, Failure, print, WRONG_ARGUMENTS } from '../exit.ts'
import { isTerminal, type Paint, paintFor } from '../terminal/index.ts'

export interface Values extends DemoValues {
  readonly dashboard?: number | true
  readonly inspect?: number | true
}

/** `inspectOption`: what the port of the bridge is asked for by. */
export async function demo(values: Values, inspectOption = '--inspect'): Promise<number> {
  const attach = attachmentsOf(values, inspectOption)
  const options = demoOptions(values, attach.length > 0 ? FOREVER : '15s')
  const { stdout } = process
  const paint = paintFor(stdout)
  const ending = awaitEnding()
  const report = await runDemo(options, audienceFor(options, paint), ending.signal, attach)
  if (report !== null) {
    await print(options.json ? `${JSON.stringify(report, null, 2)}\n` : `\n${summaryOf(report, paint, stdout.columns)}`)
  }
  return ending.exitCode()
}

function demoOptions(values: DemoValues, usualDuration: string): DemoOptions {
  try {
    return readOptions(values, usualDuration)
  } catch (error) {
    throw error instanceof UsageError ? new Failure(error.message, WRONG_ARGUMENTS) : error
  }
}

function attachmentsOf({ dashboard, inspect }: Values, inspectOption: string): Attach[] {
  return [
    ...(dashboard === undefined ? [] : [attachDashboard('--dashboard', dashboard)]),
    ...(inspect === undefined ? [] : [attachInspector(inspectOption, inspect)]),
  ]
}

function audienceFor({ json }: DemoOptions, paint: Paint): Audience {
  if (!json) return isTerminal(process.stdout) ? openScreen(process.stdout, paint) : printLines(process.stdout, paint)
  return {
    begins({ notices }) {
      for (const notice of notices) process.stderr.write(`${notice}\n`)
    },
    happened() {},
    ends() {},
  }
}
