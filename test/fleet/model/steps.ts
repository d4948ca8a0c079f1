// What can happen in the model, one thing at a time.
import fc from 'fast-check'
import type { Mode } from './network.ts'

export type Step =
  | { readonly do: 'calls'; readonly of: number; readonly well: boolean }
  | { readonly do: 'begin' | 'probe' | 'crash' | 'localTrip' | 'localReset'; readonly of: number }
  | { readonly do: 'end'; readonly of: number; readonly well: boolean }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'network'; readonly of: number; readonly mode: Mode }
  | { readonly do: 'arrive' | 'arriveTwice' | 'lose'; readonly index: number }
  | { readonly do: 'command'; readonly of: number; readonly type: Command }
  | { readonly do: 'stop' | 'start' | 'flush' }
  | { readonly do: 'shiftClock'; readonly ms: number }

export type Command = 'trip' | 'probe' | 'reset' | 'isolate' | 'disable' | 'enable'

export const HOUR = 3_600_000

const COMMANDS: readonly Command[] = ['trip', 'probe', 'reset', 'isolate', 'disable', 'enable']

/** Random lives: mostly calls, time and the network, for that is where it gets interesting. */
export function steps(processes: number): fc.Arbitrary<Step> {
  const of = fc.nat({ max: processes - 1 })
  const index = fc.nat({ max: 7 })
  const well = fc.boolean()
  return fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constant('calls' as const), of, well }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('begin' as const), of }) },
    { weight: 7, arbitrary: fc.record({ do: fc.constant('probe' as const), of }) },
    { weight: 6, arbitrary: fc.record({ do: fc.constant('end' as const), of, well }) },
    {
      weight: 8,
      arbitrary: fc.record({
        do: fc.constant('pass' as const),
        ms: fc.constantFrom(1, 20, 160, 700, 1_300, 2_100, 5_100),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('network' as const),
        of,
        mode: fc.constantFrom<Mode>('prompt', 'hold', 'drop', 'double', 'noPush'),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constantFrom('arrive' as const, 'arrive' as const, 'arriveTwice' as const, 'lose' as const),
        index,
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant('command' as const), of, type: fc.constantFrom(...COMMANDS) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constantFrom('stop' as const, 'start' as const, 'start' as const, 'flush' as const),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('shiftClock' as const), ms: fc.constantFrom(-HOUR, HOUR) }) },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constantFrom('crash' as const, 'localTrip' as const, 'localReset' as const), of }),
    },
  )
}

/** A small world: every order of these is tried. */
export const FEW: readonly Step[] = [
  { do: 'calls', of: 0, well: false },
  { do: 'calls', of: 1, well: true },
  { do: 'probe', of: 0 },
  { do: 'probe', of: 1 },
  { do: 'end', of: 0, well: true },
  { do: 'end', of: 0, well: false },
  { do: 'pass', ms: 20 },
  { do: 'pass', ms: 2_100 },
  { do: 'pass', ms: 5_100 },
  { do: 'network', of: 0, mode: 'hold' },
  { do: 'network', of: 0, mode: 'prompt' },
  { do: 'arrive', index: 0 },
  { do: 'arriveTwice', index: 0 },
  { do: 'command', of: 1, type: 'trip' },
  { do: 'command', of: 1, type: 'reset' },
  { do: 'command', of: 0, type: 'isolate' },
  { do: 'stop' },
  { do: 'start' },
  { do: 'flush' },
  { do: 'shiftClock', ms: -HOUR },
  { do: 'crash', of: 0 },
]

/** In short: `calls 0 ill`, `pass 20`. */
export function tell(step: Step): string {
  const { do: what, ...more } = step
  const words = Object.entries(more).map(([name, value]) =>
    name === 'well' ? (value ? 'well' : 'ill') : String(value),
  )
  return [what, ...words].join(' ')
}

/** Where a life may begin: the fleet is closed; it may be probed; somebody probes. */
export const PRELUDES: readonly (readonly Step[])[] = [
  [],
  [
    { do: 'command', of: 0, type: 'trip' },
    { do: 'pass', ms: 2_100 },
  ],
  [
    { do: 'command', of: 0, type: 'trip' },
    { do: 'pass', ms: 2_100 },
    { do: 'probe', of: 0 },
  ],
]
