// Lives in which one thing goes wrong, each written for what it puts to the test: random ones meet them too, later.
import type { Life } from './run.ts'
import { HOUR, type Step } from './steps.ts'

const pass = (ms: number): Step => ({ do: 'pass', ms })
const command = (of: number, type: 'trip' | 'reset' | 'isolate'): Step => ({ do: 'command', of, type })
const probe = (of: number): Step => ({ do: 'probe', of })
const end = (of: number, well: boolean): Step => ({ do: 'end', of, well })
const calls = (of: number, well: boolean): Step => ({ do: 'calls', of, well })
const network = (of: number, mode: 'prompt' | 'hold' | 'drop' | 'noPush'): Step => ({ do: 'network', of, mode })
const arrive = (index: number): Step => ({ do: 'arrive', index })

/** The open time has passed. */
const DUE: readonly Step[] = [command(0, 'trip'), pass(2_100)]

export const SCENES: Readonly<Record<string, Life>> = {
  'one process fails alone': { processes: 2, steps: [calls(0, false), pass(1_300), calls(0, false), pass(1_300)] },
  'two see it fail, it is probed, and closes': {
    processes: 2,
    steps: [calls(0, false), calls(1, false), pass(1_300), pass(2_100), probe(0), end(0, true), probe(1), end(1, true)],
  },
  'a probe fails, and the next': {
    processes: 2,
    steps: [...DUE, probe(0), end(0, false), pass(5_100), probe(1), end(1, false), probe(1), end(1, false)],
  },
  'pushes overtake each other': {
    processes: 2,
    steps: [network(1, 'hold'), command(0, 'trip'), command(0, 'reset'), arrive(1), arrive(0)],
  },
  'nothing is pushed': {
    processes: 2,
    steps: [network(1, 'noPush'), command(0, 'isolate'), pass(700), pass(1_300)],
  },
  'a command is late': {
    processes: 2,
    steps: [network(0, 'hold'), command(0, 'isolate'), pass(700), network(0, 'prompt'), arrive(0), arrive(0)],
  },
  'who was away knows an old version': {
    processes: 2,
    steps: [
      command(0, 'trip'),
      pass(20),
      network(1, 'drop'),
      command(0, 'reset'),
      pass(2_100),
      network(1, 'prompt'),
      pass(5_100),
      probe(1),
      pass(20),
    ],
  },
  'a result comes after its lease, in the midst of another': {
    processes: 2,
    steps: [...DUE, probe(0), network(0, 'hold'), end(0, true), pass(5_100), probe(1), arrive(0), end(1, true)],
  },
  'a probe takes longer than its lease, and another is under way': {
    processes: 2,
    steps: [...DUE, probe(0), pass(5_100), probe(0), end(0, true), probe(1), end(1, true)],
  },
  'the prober crashes': { processes: 2, steps: [...DUE, probe(0), { do: 'crash', of: 0 }] },
  'two would probe at once': { processes: 3, steps: [...DUE, probe(0), probe(1), probe(2)] },
  'a lease is not used for long': {
    processes: 2,
    steps: [...DUE, { do: 'begin', of: 0 }, pass(20), pass(5_100), pass(5_100), pass(5_100), probe(0), probe(1)],
  },
  'data are lost when it is due': { processes: 2, steps: [...DUE, { do: 'flush' }, probe(0), pass(20)] },
  'data are lost while it is forced open': {
    processes: 2,
    steps: [command(0, 'isolate'), pass(1_300), { do: 'flush' }, pass(2_100), pass(1_300)],
  },
  'the clock of the store is set back': {
    processes: 2,
    steps: [command(0, 'trip'), { do: 'shiftClock', ms: -HOUR }, pass(2_100), probe(0), pass(5_100)],
  },
  'the store is lost, and each probes alone': {
    processes: 2,
    steps: [
      command(0, 'trip'),
      { do: 'stop' },
      pass(2_100),
      calls(0, true),
      pass(700),
      calls(0, true),
      { do: 'start' },
      pass(700),
    ],
  },
  'calls return': {
    processes: 2,
    rampShares: [0.5],
    steps: [command(0, 'trip'), pass(700), command(1, 'reset'), calls(0, true), pass(160)],
  },
}
