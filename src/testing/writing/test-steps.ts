// A path as statements: what is done, its words behind it, and what must be seen.
import type { Path, PathStep } from '../paths/paths.ts'
import type { Dialect } from './test-dialect.ts'
import { literal } from './test-header.ts'

interface WrittenStep {
  readonly step: PathStep
  readonly number: number
  /** ` // 3. call 2 fails: it opens` */
  readonly words: string
  readonly stateBefore: string
  /** Calls admitted so far, this step included. */
  readonly admissions: number
}

export function statementsOf(path: Path, dialect: Dialect, observes: boolean): string[] {
  let admissions = 0
  const lines = path.steps.flatMap((step, index) => {
    if (step.expect.admitted) admissions++
    const number = index + 1
    const words = ` // ${number}. ${step.says}`
    const stateBefore = path.steps[index - 1]?.expect.state ?? 'closed'
    return linesOf({ step, number, words, stateBefore, admissions }, dialect)
  })
  if (path.steps.some(({ step }) => step.type === 'report')) {
    lines.unshift(
      `${dialect.isDefined('breaker.report')} // outcomes of calls that were not asked for are part of this test`,
    )
  }
  const last = path.steps.at(-1)
  if (!observes || last === undefined || last.step.type === 'stall') return lines
  const { generation, timers, calls } = last.expect
  const seen: [actual: string, expected: string][] = [
    ['generation', `firstGeneration${generation > 0 ? ` + ${generation}` : ''}`],
    ['timers', literal(timers)],
    ...Object.entries(calls).map(([name, count]): [string, string] => [`calls.${name}`, literal(count)]),
  ]
  return [
    'const firstGeneration = breaker.observe?.().generation ?? 0',
    ...lines,
    'if (breaker.observe) {',
    '  const { generation, timers, calls } = breaker.observe()',
    ...seen.map(([actual, expected]) => `  ${dialect.isEqual(actual, expected, actual)}`),
    '}',
  ]
}

function linesOf(written: WrittenStep, dialect: Dialect): string[] {
  const { step, words } = written
  const shows = (state: string) =>
    dialect.isEqual('breaker.state()', literal(state), `after step ${written.number}, ${briefly(step.says)}`)
  const done = deedOf(written, dialect)
  // Nobody can look while the event loop stands still.
  if (step.step.type === 'stall') return [`${done.join('\n')}${words}`]
  const [deed = '', ...checks] = done
  const early =
    step.step.type === 'pass' && step.step.ms > 1 && step.expect.state !== written.stateBefore
      ? [
          `await pass(${literal(step.step.ms - 1)})`,
          `${dialect.isEqual('breaker.state()', literal(written.stateBefore), `before step ${written.number}`)} // 1 ms before its time`,
        ]
      : []
  return [...early, `${deed}${words}`, ...checks, shows(step.expect.state)]
}

/** As much of the words as fits into a line that formatters leave alone: all are behind the step itself. */
function briefly(says: string): string {
  return says.length > 50 ? (says.split(': ', 1)[0] ?? says) : says
}

/** What is done, then what must be seen of it besides the state. */
function deedOf({ step: { step, expect }, stateBefore, admissions }: WrittenStep, dialect: Dialect): string[] {
  switch (step.type) {
    case 'admit': {
      if (!expect.admitted) return [dialect.isUndefined('await breaker.admit()')]
      const call = `call${admissions}`
      return [`const ${call} = await breaker.admit()`, dialect.isDefined(call)]
    }
    case 'settle':
      return [`await breaker.settle(call${step.call}, ${literal(step.result)})`]
    case 'report':
      return [`await breaker.report?.(${literal(step.result)})`]
    case 'pass':
      return [`await pass(${literal(step.ms > 1 && expect.state !== stateBefore ? 1 : step.ms)})`]
    case 'stall':
      return [`clock.stall(${literal(step.ms)})`]
    case 'command':
      return [`await breaker.command(${literal(step.command)})`]
  }
}
