// startDriver: a driver's subject, each of whose promises settles within a while or says which one did not. A test runner would
// only say that time is up, or that a promise is pending.
import { DURATION_EXPECTED, parseDuration } from '../core/edge/duration.ts'
import { ArgumentError } from '../core/edge/errors.ts'
import type { PolicyOptions } from '../core/edge/resolve-policy.ts'
import { checkDriver, checkSubject, type Driver, type Subject } from './driver.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** Real time, as it was before a test could put fake timers in its place. */
const { setTimeout: later, clearTimeout: forget } = globalThis
/** Looked at so often, so that an event loop that stands still for long counts as one look. */
const LOOKS = 10

/** A promise of the driver's that does not settle. */
export class StuckDriverError extends Error {}

/**
 * A new breaker of the driver, on this clock, as the kit and generated test files use it. A method whose promise does not
 * settle within the driver's `stepTimeout` rejects with an error that names the method, and what it may be waiting for.
 * @throws ArgumentError (`INVALID_ARGUMENT`), as a rejection, if the driver or what it starts is not valid
 */
export async function startDriver<P>(
  driver: Driver<P>,
  policy: PolicyOptions,
  clock: VirtualClock,
): Promise<Subject<P>> {
  checkDriver(driver)
  const { stepTimeout = '1s' } = driver
  const mostMs = parseDuration(stepTimeout)
  if (mostMs === undefined) throw new ArgumentError('driver.stepTimeout', DURATION_EXPECTED, stepTimeout)
  const subject = await driver.start(policy, clock)
  checkSubject(subject, driver.commands)
  const { report, observe, fingerprint, tick } = subject
  let isStuck = false
  const stuck = (what: string) => {
    isStuck = true
    return wordsFor(what, mostMs, clock)
  }
  const settled = <T>(what: string, answer: T | PromiseLike<T>) => settledWithin(mostMs, answer, () => stuck(what))
  return {
    admit: () => settled('admit()', subject.admit()),
    settle: (permit, result) => settled(`settle(permit, '${result}')`, subject.settle(permit, result)),
    command: (command) => settled(`command('${command}')`, subject.command(command)),
    ...(report && { report: (result) => settled(`report('${result}')`, report.call(subject, result)) }),
    state: () => subject.state(),
    ...(observe && { observe: () => observe.call(subject) }),
    ...(fingerprint && { fingerprint: () => fingerprint.call(subject) }),
    ...(tick && { tick: () => settled('tick()', tick.call(subject)) }),
    stop() {
      const stopped = subject.stop?.()
      // What is stuck may never stop: nobody waits for it, and what it has to say was said.
      if (!isStuck) return stopped
      Promise.resolve(stopped).catch(() => {})
    },
  }
}

/** A value that is no promise costs nothing. */
function settledWithin<T>(mostMs: number, answer: T | PromiseLike<T>, stuck: () => string): T | PromiseLike<T> {
  if (typeof (answer as PromiseLike<T> | null)?.then !== 'function') return answer
  // Made now, so that its stack leads to the line of the test.
  const error = new StuckDriverError()
  return new Promise<T>((resolve, reject) => {
    let timer: ReturnType<typeof later>
    const look = (looks: number): void => {
      if (looks < LOOKS) timer = later(look, mostMs / LOOKS, looks + 1)
      else reject(Object.assign(error, { message: stuck() }))
    }
    look(0)
    Promise.resolve(answer)
      .then(resolve, reject)
      .finally(() => forget(timer))
  })
}

function wordsFor(what: string, mostMs: number, { pending }: VirtualClock): string {
  const wait = `the promise of ${what} has not settled within ${mostMs} ms of real time.`
  const cause =
    pending.length === 0
      ? 'Nothing waits for the clock that start(policy, clock) was handed: if your service waits for time, hand it that clock.'
      : `Something waits for the clock that start(policy, clock) was handed (${pending.length} timers), and only a later step moves it.`
  return `${wait} ${cause} A method answers without time passing; what timers set off is awaited in tick(). If it just takes longer, set driver.stepTimeout.`
}
