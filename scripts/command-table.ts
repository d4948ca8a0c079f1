// CommandTable: what each command does in each state, read from the statechart that runs, as docs/operating.md has it.
import { breakerMachine } from '../machines/index.ts'
import { resolvePolicy } from '../src/core/edge/resolve-policy.ts'
import { COMMANDS, type Command, commandEvent } from '../src/core/rules/commands.ts'
import type { BreakerEvent } from '../src/core/rules/decide.ts'
import { sendEvent, startMachine, type TimedMachine } from '../src/testing/model/timed-machine.ts'

type Breaker = TimedMachine<typeof breakerMachine>

const policy = resolvePolicy({ failureThreshold: 5, successThreshold: 1, recoveryRamp: { duration: '1m' } })
const SUCCESS = { type: 'succeed', generation: 2, durationMs: Number.NaN, at: 0 } as const
const FAILURE = { type: 'fail', generation: 0, durationMs: Number.NaN, at: 0 } as const

/** What leads into each state from a breaker that has seen a failure. */
const WAYS: Readonly<Record<string, readonly BreakerEvent[]>> = {
  closed: [],
  open: [commandAt('trip', 0)],
  halfOpen: [commandAt('trip', 0), commandAt('probe', 0), { type: 'admit', probe: 1, at: 0 }],
  ramping: [commandAt('trip', 0), commandAt('probe', 0), SUCCESS],
  forcedOpen: [commandAt('isolate', 0)],
  disabled: [commandAt('disable', 0)],
}
const NAMES: Readonly<Record<string, string>> = { ramping: '`halfOpen`, on its ramp' }
const nameOf = (state: string) => NAMES[state] ?? `\`${state}\``

interface Effect {
  readonly to: string
  readonly generation: string
  readonly evidence: string
  readonly deadline: string
}

function commandAt(type: Command, at: number): BreakerEvent {
  return commandEvent(type, at, '')
}

function breakerIn(state: string): Breaker {
  const start = startMachine(breakerMachine, { policy, seed: 0, at: 0 }, 0)
  const breaker = [FAILURE, ...(WAYS[state] ?? [])].reduce<Breaker>(
    (before, event) => sendEvent(breakerMachine, before, event),
    start,
  )
  if (breaker.snapshot.value !== state) throw new Error(`no way leads to ${state}: the table must learn of it`)
  return breaker
}

/** `null`: it changes nothing. */
function effectOf(command: Command, from: string): Effect | null {
  const before = breakerIn(from)
  const after = sendEvent(breakerMachine, { ...before, now: 1 }, commandAt(command, 1))
  if (after.snapshot.context.data === before.snapshot.context.data) return null
  const [was, is] = [before.snapshot.context.data, after.snapshot.context.data]
  return {
    to: nameOf(String(after.snapshot.value)),
    generation: is.generation > was.generation ? 'a new one' : 'the same',
    evidence: is.evidence.failures === was.evidence.failures ? 'stays' : 'is cleared',
    deadline: deadlineOf(before.timers, after.timers),
  }
}

function deadlineOf(before: Breaker['timers'], after: Breaker['timers']): string {
  const [was, is] = [before[0]?.dueAt, after[0]?.dueAt]
  if (is === undefined) return 'none'
  return is === was ? 'stays' : 'an open time from now'
}

/** States in which a command does the same share a line; those in which it does nothing come last. */
export function commandTable(): string {
  const states = Object.keys(breakerMachine.states).filter((state) => state !== 'starting')
  const lines = COMMANDS.flatMap((command) => {
    const alike = new Map<string, string[]>()
    const idle: string[] = []
    for (const state of states) {
      const effect = effectOf(command, state)
      if (effect === null) idle.push(nameOf(state))
      else alike.set(tell(effect), [...(alike.get(tell(effect)) ?? []), nameOf(state)])
    }
    const told = [...alike].map(([effect, from]) => {
      return `| \`${command}\` | ${from.length === states.length ? 'every state' : from.join(' · ')} | ${effect} |`
    })
    return idle.length === 0 ? told : [...told, `| \`${command}\` | ${idle.join(' · ')} | changes nothing | | | |`]
  })
  return [
    '| command | in | leads to | generation | evidence | deadline |',
    '|---|---|---|---|---|---|',
    ...lines,
    '',
  ].join('\n')
}

const tell = ({ to, generation, evidence, deadline }: Effect) => `${to} | ${generation} | ${evidence} | ${deadline}`
