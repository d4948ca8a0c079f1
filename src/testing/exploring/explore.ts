// explore: every interleaving of calls, results, time and commands up to a depth, on a real breaker beside the model.
// Histories that leave both the model and the driver's fingerprint the same are continued once.
import { ArgumentError } from '../../core/edge/errors.ts'
import { type PolicyOptions, resolvePolicy } from '../../core/edge/resolve-policy.ts'
import { checkDriver, type Driver } from '../driver.ts'
import { checkOptions } from '../model/given.ts'
import { dataOf, type ModelState, type Step, startModel, stateOf, takeStep } from '../model/model.ts'
import { ALL_STEPS, keyOf, type StepOptions, stepsFrom } from '../model/steps.ts'
import { modelledPolicy, pathOf, pathStepOf } from '../paths/paths.ts'
import type { Told } from '../writing/words.ts'
import { failureOf, type Mismatch } from './check-path.ts'
import { Rig } from './rig.ts'
import { shrink } from './shrink.ts'

/** Options of `explore`. */
export interface ExploreOptions {
  /** Steps in a history, at most. Default 8; each more takes about three times as long. */
  readonly depth?: number
  /** Calls in flight at once, at most. Default 2. */
  readonly maxInFlight?: number
  /** Which steps to take. Default: all that the driver has, and also time just before each deadline. */
  readonly steps?: Partial<StepOptions>
  /** Called after each depth, with the depth and the number of states found. */
  readonly onProgress?: (progress: { readonly depth: number; readonly states: number; readonly steps: number }) => void
}

/** What `explore` has found. */
export interface Exploration {
  /** The first defect found, of least depth and shrunk; `null` when there is none. */
  readonly failure: Mismatch | null
  /** The number of different states that the histories have led to. */
  readonly states: number
  /** The number of steps that were compared with the model. */
  readonly steps: number
  /** Whether everything that can happen has been seen: a greater depth finds nothing new. */
  readonly exhausted: boolean
}

interface Reached {
  readonly state: ModelState
  readonly history: readonly Step[]
}

/**
 * Takes every order of calls, results, time and commands up to a depth. Histories that lead to the same state are continued
 * once.
 *
 * Compares the breaker with the model after each step. Checks that the limit of probes is kept, that generations never go
 * back, and that from every state, calls and time alone lead back to closed.
 * @throws PolicyError (`INVALID_POLICY`), ArgumentError (`INVALID_ARGUMENT`), both as rejections
 */
export async function explore<P>(
  driver: Driver<P>,
  policy: PolicyOptions = {},
  options: ExploreOptions = {},
): Promise<Exploration> {
  checkDriver(driver)
  checkOptions('options', options, ['depth', 'maxInFlight', 'steps', 'onProgress'])
  const { depth = 8, maxInFlight = 2, onProgress } = options
  if (!Number.isSafeInteger(depth) || depth < 1) throw new ArgumentError('depth', 'a whole number of at least 1', depth)
  if (!Number.isSafeInteger(maxInFlight) || maxInFlight < 1) {
    throw new ArgumentError('maxInFlight', 'a whole number of at least 1', maxInFlight)
  }
  checkOptions('steps', options.steps ?? {}, Object.keys(ALL_STEPS))
  const tested = modelledPolicy(policy)
  const resolved = resolvePolicy(tested)
  const results = driver.canIgnore ? ALL_STEPS.results : ALL_STEPS.results.filter((result) => result !== 'ignore')
  const trial = await Rig.start(driver, tested)
  const reports = trial.canReport
  await trial.stop()
  const stepOptions = {
    ...ALL_STEPS,
    reports,
    commands: driver.commands,
    results,
    justBefore: true,
    ...options.steps,
    maxInFlight,
  }
  const start = startModel(resolved)
  const seen = new Set([keyOf(start, resolved)])
  let frontier: Reached[] = [{ state: start, history: [] }]
  let compared = 0
  for (let level = 1; level <= depth && frontier.length > 0; level++) {
    const next: Reached[] = []
    for (const { state, history } of frontier) {
      for (const step of stepsFrom(state, resolved, stepOptions)) {
        const after = takeStep(state, step)
        const told = { step, before: state, after }
        const { difference, isStuck, fingerprint } = await compare(
          driver,
          tested,
          history,
          told,
          resolved.halfOpenMaxCalls,
        )
        const longer = [...history, step]
        compared++
        if (difference !== null) {
          const path = pathOf(tested, longer)
          const found = { path, steps: longer.length, difference, ...(isStuck && { isStuck }) }
          const failure = await shrink(driver, found)
          return { failure, states: seen.size, steps: compared, exhausted: false }
        }
        const key = `${keyOf(after, resolved)} ${fingerprint}`
        if (seen.has(key)) continue
        seen.add(key)
        next.push({ state: after, history: longer })
      }
    }
    onProgress?.({ depth: level, states: seen.size, steps: compared })
    frontier = next
  }
  return { failure: null, states: seen.size, steps: compared, exhausted: frontier.length === 0 }
}

/** Takes the step where the history has led, and looks. */
async function compare<P>(
  driver: Driver<P>,
  policy: PolicyOptions,
  history: readonly Step[],
  told: Told,
  maxProbes: number,
): Promise<{ difference: string | null; isStuck?: true; fingerprint: string }> {
  const { before, after } = told
  const last = pathStepOf(told)
  const rig = await Rig.start(driver, policy)
  try {
    for (const step of history) await rig.take(step)
    const wrong = (await rig.check(last)) ?? broken(before, after, maxProbes)
    if (wrong !== null) return { difference: `${last.says}: ${wrong}`, fingerprint: '' }
    const fingerprint = rig.fingerprint()
    const held = stateOf(after) === 'forcedOpen' || stateOf(after) === 'disabled'
    const stuck = held || (await rig.recovers()) ? null : `${last.says}: no call and no time closes it again`
    return { difference: stuck, fingerprint }
  } catch (error) {
    return { ...failureOf(last, error), fingerprint: '' }
  } finally {
    await rig.stop()
  }
}

/** What no step of the model itself may do. */
function broken(before: ModelState, after: ModelState, maxProbes: number): string | null {
  const { generation, probes } = dataOf(after)
  if (probes.length > maxProbes) return `${probes.length} probes are in flight, the limit is ${maxProbes}`
  if (generation < dataOf(before).generation) return `generation went back to ${generation}`
  return null
}
