// Stories: a mismatch as a person would tell it, and as a Mermaid sequence diagram.
// The steps are in the words of the path; what differs comes last.
import type { Mismatch } from '../exploring/check-path.ts'
import type { PathStep } from '../paths/paths.ts'
import { tellTime } from './words.ts'

/** The result of the last step, without the words of the step itself. */
export function differenceOf({ path, steps, difference }: Mismatch): string {
  const says = `${path.steps[steps - 1]?.says}: `
  return difference.startsWith(says) ? difference.slice(says.length) : difference
}

/**
 * Numbered lines, one for each step up to the one that went wrong, and what differs as the last line. A step says what
 * must happen (`6. call 3 fails: it opens`), the last line what did (`   but state is closed, expected open`).
 */
export function tellStory(mismatch: Mismatch): string {
  const told = mismatch.path.steps.slice(0, mismatch.steps)
  const width = String(told.length).length
  const lines = told.map(({ says }, index) => `${String(index + 1).padStart(width)}. ${says}`)
  return [...lines, `${' '.repeat(width + 2)}but ${differenceOf(mismatch)}`].join('\n')
}

const PARTICIPANTS = ['Caller', 'Breaker', 'Service', 'Clock', 'Operator'] as const

/** The text of a Mermaid `sequenceDiagram` of the path up to the mismatch; only participants with messages are drawn. */
export function toMermaid(mismatch: Mismatch): string {
  const told = mismatch.path.steps.slice(0, mismatch.steps)
  let state = 'closed'
  let admissions = 0
  const lines = told.flatMap((step) => {
    if (step.expect.admitted) admissions++
    const arrows = arrowsOf(step, admissions)
    const changed = step.expect.state !== state
    state = step.expect.state
    return changed ? [...arrows, `Note over Breaker: ${state}`] : arrows
  })
  lines.push(`Note over Breaker: but ${plain(differenceOf(mismatch))}`)
  const seen = PARTICIPANTS.filter((name) => name === 'Breaker' || lines.some((line) => namesIn(line).includes(name)))
  return ['sequenceDiagram', ...seen.map((name) => `participant ${name}`), ...lines].join('\n  ')
}

/** Who a line is about; what it says may use their names otherwise. */
function namesIn(line: string): string[] {
  return line.slice(0, line.indexOf(':')).split(/[^A-Za-z]+/)
}

function arrowsOf({ step, says, expect }: PathStep, admissions: number): string[] {
  switch (step.type) {
    case 'admit': {
      if (!expect.admitted) return ['Caller->>Breaker: a call', 'Breaker--xCaller: rejected']
      const call = `call ${admissions}`
      return [`Caller->>Breaker: ${call}`, `Breaker->>Service: ${call}`]
    }
    case 'settle': {
      if (step.result === 'ignore') return [`Caller-xBreaker: ${plain(says)}`]
      const arrow = step.result === 'succeed' ? '-->>' : '--x'
      return [`Service${arrow}Breaker: ${plain(says)}`, `Breaker${arrow}Caller: call ${step.call}`]
    }
    case 'report':
      return [`Caller->>Breaker: ${plain(says)}`]
    case 'pass':
      return [`Clock->>Breaker: ${tellTime(step.ms)}`]
    case 'stall':
      return [`Note over Clock: ${plain(says)}`]
    case 'command':
      return [`Operator->>Breaker: ${step.command}`]
  }
}

/** Mermaid ends a message at a semicolon or a line break, and takes # for the beginning of an entity. */
function plain(text: string): string {
  return text.replace(/\s+/g, ' ').replaceAll(';', ',').replaceAll('#', '#35;')
}
