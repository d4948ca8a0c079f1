// A path as statements: what is done, its words behind it, and what must be seen.
import type { Path, PathStep } from './paths.ts'
import type { Dialect } from './test-dialect.ts'
import { literal } from './test-header.ts'

interface Place {
  readonly step: PathStep
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
    const words = ` // ${index + 1}. ${step.says}`
    return linesOf({ step, words, stateBefore: path.steps[index - 1]?.expect.state ?? 'closed', admissions }, dialect)
  })
  if (path.steps.some(({ step }) => step.type === 'report')) {
    lines.unshift(
      `${dialect.isDefined('breaker.report')} // outcomes of calls that were not asked for are part of this test`,
    )
  }
  const last = path.steps.at(-1)
  if (!observes || last === undefined || last.step.type === 'stall') return lines
  const { generation, timers, calls } = last.expect
  const seen = `{ generation: firstGeneration${generation > 0 ? ` + ${generation}` : ''}, timers: ${timers}, calls }`
  return [
    'const firstGeneration = breaker.observe?.().generation ?? 0',
    ...lines,
    `const calls = ${literal(calls)}`,
    `if (breaker.observe) ${dialect.isDeepEqual('breaker.observe()', seen)}`,
  ]
}

function linesOf(place: Place, dialect: Dialect): string[] {
  const { step, words } = place
  const shows = (state: string) => dialect.isEqual('breaker.state()', literal(state))
  const done = deedOf(place, dialect)
  // Nobody can look while the event loop stands still.
  if (step.step.type === 'stall') return [`${done.join('\n')}${words}`]
  const [deed = '', ...checks] = done
  const early =
    step.step.type === 'pass' && step.step.ms > 1 && step.expect.state !== place.stateBefore
      ? [`await pass(${literal(step.step.ms - 1)})`, `${shows(place.stateBefore)} // 1 ms before its time`]
      : []
  return [...early, `${deed}${words}`, ...checks, shows(step.expect.state)]
}

/** What is done, then what must be seen of it besides the state. */
function deedOf({ step: { step, expect }, stateBefore, admissions }: Place, dialect: Dialect): string[] {
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
