// FleetUnderTest: a fleet of three processes in a store under test, new for each clause; when a clause fails, the requests
// are shown.
import { randomUUID } from 'node:crypto'
import { hasFunctions } from '../../core/options/index.ts'
import { ArgumentError } from '../../index.ts'
import type { FleetLink, FleetStore } from '../index.ts'
import { within } from './agree.ts'
import { LONGEST_WAIT_MS, narrated, type Story } from './story.ts'

/** A store, and how the contract controls it. */
export interface StoreUnderTest {
  /** The store; three processes join it in each test. */
  readonly store: FleetStore
  /**
   * Lets this many ms pass, for the store's clock and for whatever it keeps for a time. Windows last minutes: do not wait
   * for them.
   */
  passTime(ms: number): void | PromiseLike<void>
  /** Sets the store's clock this many ms ahead, or back if negative. The clocks of the processes stay as they are. */
  shiftClock(ms: number): void | PromiseLike<void>
  /** Loses all data, as a server that starts again empty. Connections stay, or come back. */
  loseData(): void | PromiseLike<void>
}

/** What a clause of the contract can use. */
export interface FleetUnderTest extends StoreUnderTest {
  readonly a: FleetLink
  readonly b: FleetLink
  readonly c: FleetLink
}

/** Declares a clause of the contract. */
export type Clause = (title: string, check: (fleet: FleetUnderTest) => Promise<void>) => void

/** Lets three processes join, runs the check, and lets them leave. */
export async function withFleet(given: StoreUnderTest, check: (fleet: FleetUnderTest) => Promise<void>): Promise<void> {
  if (!hasFunctions(given, 'passTime', 'shiftClock', 'loseData') || !hasFunctions(given.store, 'join')) {
    throw new ArgumentError('the store under test', 'store, passTime, shiftClock and loseData', given)
  }
  const story: Story = []
  const namespace = `contract-${randomUUID()}`
  const join = (instance: string) => {
    const link = given.store.join({ namespace, instance })
    return { link, told: narrated(link, instance, story) }
  }
  const members = ['a', 'b', 'c'].map(join)
  try {
    await Promise.all(members.map(({ told }) => ready(told)))
    const [a, b, c] = members.map(({ told }) => told) as [FleetLink, FleetLink, FleetLink]
    await check({ ...toldOf(given, story), a, b, c })
  } catch (error) {
    if (error instanceof Error && story.length > 0) error.message += `\nafter\n  ${story.join('\n  ')}`
    throw error
  } finally {
    await Promise.all(members.map(({ link }) => link.close()))
  }
}

/** The same, recorded. */
function toldOf(given: StoreUnderTest, story: Story): StoreUnderTest {
  return {
    store: given.store,
    passTime(ms) {
      story.push(`${ms / 1_000} s pass`)
      return given.passTime(ms)
    },
    shiftClock(ms) {
      story.push(`the store's clock is set by ${ms / 1_000} s`)
      return given.shiftClock(ms)
    },
    loseData() {
      story.push('all data are lost')
      return given.loseData()
    },
  }
}

/** Settles once the link has a connection. */
export async function ready(link: FleetLink): Promise<void> {
  let end = () => {}
  const told = new Promise<void>((resolve) => {
    end = link.subscribe({ onReady: resolve, onChanges: () => {}, onLost: () => {} })
  })
  await within(LONGEST_WAIT_MS, told, 'subscribe: onReady was not called')
  end()
}
