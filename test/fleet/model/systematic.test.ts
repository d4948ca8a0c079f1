// Slow: hundreds of states, each in every order of steps.
// Every order of a few steps in a small world of two processes, breadth first, from three beginnings. States are told apart by what
// processes, store and network hold; the phases of timers are not.
import { expect, it } from 'vitest'
import { Invariants } from './invariants.ts'
import { heals } from './run.ts'
import { FEW, PRELUDES, type Step, tell } from './steps.ts'
import * as actual from './subject.ts'
import { World } from './world.ts'

const DEPTH = Number(process.env['FLEET_DEPTH'] ?? 3)
/** How many of the new states must find together again: one of so many. */
const HEAL_EVERY = Number(process.env['FLEET_HEAL_EVERY'] ?? 16)

function keyOf({ processes, network, record, isStopped }: World): string {
  const seen = processes.map(({ breaker, fleet, flights }) => {
    const { override } = breaker.stats()
    const known = fleet.endpoints()[0]
    const inFlight = flights.map(({ probe }) => (typeof probe === 'number' ? 'alone' : probe?.version))
    return [override?.state, override?.share, known?.state, known?.version, fleet.stats().state, inFlight]
  })
  const held = network.held.map(({ message: { instance, kind, what } }) => `${instance} ${kind} ${what}`)
  return JSON.stringify([seen, held, [...network.modes], [record?.state, record?.version], isStopped])
}

it('a small fleet keeps its promises in every order of everything, to a depth (I1, I2, I4, I5, I7-I10, I13)', async () => {
  const known = new Set<string>()
  let taken = 0
  let healed = 0
  for (const prelude of PRELUDES) {
    let frontier: (readonly Step[])[] = [[]]
    for (let depth = 1; depth <= DEPTH; depth++) {
      const next: (readonly Step[])[] = []
      for (const path of frontier) {
        for (const step of FEW) {
          const steps = [...prelude, ...path, step]
          const world = await new World(actual).start(2)
          const invariants = new Invariants(world)
          try {
            for (const one of steps) {
              await world.take(one)
              invariants.check()
            }
            taken += steps.length
            const key = keyOf(world)
            if (!known.has(key)) {
              known.add(key)
              next.push([...path, step])
              if (known.size % HEAL_EVERY === 0) {
                await heals(world, invariants)
                healed++
              }
            }
          } catch (error) {
            throw new Error(`${steps.map(tell).join(' > ')}: ${String(error)}`, { cause: error })
          }
        }
      }
      frontier = next
    }
  }
  console.log(`depth ${DEPTH}: ${known.size} states, ${taken} steps taken, ${healed} healed`)
  // Fewer would mean that the world stands still.
  expect(known.size).toBeGreaterThan(3 ** (DEPTH + 2))
}, 3_600_000)
