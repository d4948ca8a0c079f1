// Commands: all that the page says of each. Read by the buttons (controls.tsx), the question before it (command-dialog.tsx) and
// what it says will go through (consequence.ts).
import type { Command } from '../../../../core/rules/commands.ts'
import type { BreakerState } from '../../../../core/rules/states.ts'

interface CommandPage {
  /** Of the button beside the endpoint. */
  readonly label: string
  /** The states in which it would change nothing. */
  readonly pointlessIn: readonly BreakerState[]
  readonly title: string
  /** What will be of the breaker; what goes through then is said by consequence.ts. */
  readonly will: string
  /** Of the button that carries it out. */
  readonly button: string
  /** Whether the operator is asked for the reason. */
  readonly asksWhy: boolean
  /** Whether calls may fare worse than before. */
  readonly isGrave: boolean
  /** What the breaker itself lets through then. */
  readonly lets: 'all' | 'probes' | 'none'
  /** Whether its fleet is asked then. */
  readonly asksFleet: boolean
}

export const COMMAND_PAGES: Readonly<Record<Command, CommandPage>> = {
  trip: {
    label: 'Trip',
    pointlessIn: ['open'],
    title: 'Trip this breaker?',
    will: 'It opens. After its open time it probes by itself, and closes if the probes succeed.',
    button: 'Trip it',
    asksWhy: true,
    isGrave: true,
    lets: 'none',
    asksFleet: true,
  },
  probe: {
    label: 'Probe now',
    pointlessIn: ['closed', 'halfOpen', 'forcedOpen', 'disabled'],
    title: 'Probe this endpoint now?',
    will: 'Its open time ends. It closes if its probes succeed, and opens again if they fail.',
    button: 'Probe it',
    asksWhy: false,
    isGrave: true,
    lets: 'probes',
    asksFleet: true,
  },
  reset: {
    label: 'Reset',
    pointlessIn: [],
    title: 'Reset this breaker?',
    will: 'It closes and forgets the evidence it has, also if the endpoint still fails. It will open again by its rules.',
    button: 'Reset it',
    asksWhy: false,
    isGrave: false,
    lets: 'all',
    asksFleet: true,
  },
  isolate: {
    label: 'Isolate',
    pointlessIn: ['forcedOpen'],
    title: 'Take this endpoint out of use?',
    will: 'It is forced open, and nothing is probed, until someone enables or resets it.',
    button: 'Isolate it',
    asksWhy: false,
    isGrave: true,
    lets: 'none',
    asksFleet: true,
  },
  disable: {
    label: 'Disable',
    pointlessIn: ['disabled'],
    title: 'Take this breaker out of use?',
    will: 'It counts calls, and its fleet is not asked. Nothing opens it, however many fail, until someone enables or resets it.',
    button: 'Disable it',
    asksWhy: false,
    isGrave: true,
    lets: 'all',
    asksFleet: false,
  },
  enable: {
    label: 'Enable',
    pointlessIn: ['closed', 'halfOpen', 'open'],
    title: 'Enable this breaker?',
    will: 'It closes with no evidence and judges calls again by its policy.',
    button: 'Enable it',
    asksWhy: false,
    isGrave: false,
    lets: 'all',
    asksFleet: true,
  },
}
