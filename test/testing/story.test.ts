// A failure as a story and as a diagram.
import { describe, expect, it } from 'vitest'
import { type Mismatch, type Path, type PathStep, tellStory, toMermaid } from '../../src/testing/index.ts'

const NOTHING = { generation: 0, timers: 0, callsInFlight: 0, probesInFlight: 0, admitted: undefined }
const CALLS = { allowed: 0, rejected: 0, succeeded: 0, failed: 0, ignored: 0, late: 0 }

function step(of: PathStep['step'], says: string, state: string, admitted?: boolean): PathStep {
  return { step: of, says, taken: [], expect: { ...NOTHING, calls: CALLS, state, admitted } }
}

const steps: PathStep[] = [
  step({ type: 'admit' }, 'call 1 is admitted', 'closed', true),
  step({ type: 'settle', call: 1, result: 'fail' }, 'call 1 fails: it opens', 'open'),
  step({ type: 'admit' }, 'a call is rejected', 'open', false),
  step({ type: 'stall', ms: 5_000 }, 'the event loop stalls for 5 s', 'open'),
  step({ type: 'pass', ms: 30_000 }, '30 s pass: it is half-open', 'halfOpen'),
  step({ type: 'admit' }, 'call 2 is admitted as a probe', 'halfOpen', true),
  step({ type: 'settle', call: 2, result: 'ignore' }, 'call 2 is ignored', 'halfOpen'),
  step({ type: 'report', result: 'succeed' }, 'a success is reported without a call', 'halfOpen'),
  step({ type: 'command', command: 'reset' }, 'an operator resets it: it closes', 'closed'),
  step({ type: 'command', command: 'delete' }, 'it is deleted, and its name used again', 'closed'),
]
const path: Path = { title: 'a path', policy: {}, steps }

function wrongAt(taken: number, difference = 'state is open, expected closed'): Mismatch {
  return { path, steps: taken, difference: `${steps[taken - 1]?.says}: ${difference}` }
}

describe('a story', () => {
  it('has a number for each step up to the one that went wrong, and what differs last', () => {
    expect(tellStory(wrongAt(2, 'state is closed, expected open'))).toBe(
      '1. call 1 is admitted\n2. call 1 fails: it opens\n   but state is closed, expected open',
    )
  })

  it('is in line when there are ten steps', () => {
    const lines = tellStory(wrongAt(10)).split('\n')
    expect([lines.length, lines[0], lines[9], lines[10]]).toEqual([
      11,
      ' 1. call 1 is admitted',
      '10. it is deleted, and its name used again',
      '    but state is open, expected closed',
    ])
  })
})

describe('a diagram', () => {
  it('shows who did what, each change of state, and what differs last', () => {
    expect(toMermaid(wrongAt(9))).toBe(`sequenceDiagram
  participant Caller
  participant Breaker
  participant Service
  participant Clock
  participant Operator
  Caller->>Breaker: call 1
  Breaker->>Service: call 1
  Service--xBreaker: call 1 fails: it opens
  Breaker--xCaller: call 1
  Note over Breaker: open
  Caller->>Breaker: a call
  Breaker--xCaller: rejected
  Note over Clock: the event loop stalls for 5 s
  Clock->>Breaker: 30 s
  Note over Breaker: halfOpen
  Caller->>Breaker: call 2
  Breaker->>Service: call 2
  Caller-xBreaker: call 2 is ignored
  Caller->>Breaker: a success is reported without a call
  Operator->>Breaker: reset
  Note over Breaker: closed
  Note over Breaker: but state is open, expected closed`)
  })

  it('leaves out who has no part in it', () => {
    expect(toMermaid(wrongAt(1)).split('\n').slice(0, 5)).toEqual([
      'sequenceDiagram',
      '  participant Caller',
      '  participant Breaker',
      '  participant Service',
      '  Caller->>Breaker: call 1',
    ])
  })

  it('has nothing in it that Mermaid would take for its own: semicolons, entities, line breaks', () => {
    const last = toMermaid(wrongAt(1, 'the driver threw Error: #1; down\nat once')).split('\n').at(-1)
    expect(last).toBe('  Note over Breaker: but the driver threw Error: #35;1, down at once')
  })
})
