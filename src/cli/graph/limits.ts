// Limits: the times and limits of a policy where the statechart has only their names.

import { triggersOf } from '../../core/options/triggers-of.ts'
import type { Policy } from '../../index.ts'
import { explainPolicy } from '../../observe/explain/index.ts'
import type { Chart, Edge } from './edges.ts'

export interface Limits {
  /** By the names of delays and guards. */
  readonly delays: Readonly<Record<string, string>>
  readonly guards: Readonly<Record<string, string>>
  /** A sentence or more about a state. */
  readonly states: Readonly<Record<string, string>>
}

export const NO_LIMITS: Limits = { delays: {}, guards: {}, states: {} }

export function limitsOf(policy: Policy): Limits {
  const told = new Map(explainPolicy(policy).map((explained) => [explained.setting, explained]))
  const value = (setting: string) => told.get(setting)?.value ?? ''
  const meaning = (setting: string) => told.get(setting)?.meaning ?? ''
  const { backoff, successThreshold, halfOpenFailureThreshold } = policy
  const triggers = [...triggersOf(policy).keys()].map(meaning)
  return {
    delays: { openTime: value('openTimeout') },
    guards: {
      permitFree: `fewer than ${policy.halfOpenMaxCalls} in flight`,
      lastSuccessNeeded: `${successThreshold} succeeded`,
      lastFailureAllowed: `${halfOpenFailureThreshold} failed`,
    },
    states: {
      closed: triggers.length === 0 ? 'Nothing opens it by itself.' : triggers.join(' '),
      open: backoff === null ? meaning('openTimeout') : meaning('backoff'),
      halfOpen: [
        meaning('halfOpenMaxCalls'),
        meaning('successThreshold'),
        meaning('halfOpenFailureThreshold'),
        meaning('probeTimeout'),
      ].join(' '),
    },
  }
}

export function withLimits({ states, start, edges, anywhere }: Chart, { delays, guards }: Limits): Chart {
  const told = ({ event, guard, ...edge }: Edge): Edge => ({
    ...edge,
    event: event.replace(/^after (.*)$/, (all, name: string) =>
      delays[name] === undefined ? all : `after ${delays[name]}`,
    ),
    guard: guards[guard] ?? guard,
  })
  return { states, start: start.map(told), edges: edges.map(told), anywhere: anywhere.map(told) }
}
