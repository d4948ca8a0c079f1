// coverage: which parts of the statechart a set of paths meets, what no path can meet under this policy, and why.
import { breakerMachine } from '../../../machines/breaker.machine.ts'
import { type PolicyOptions, resolvePolicy } from '../../core/edge/resolve-policy.ts'
import { COMMANDS } from '../../core/rules/commands.ts'
import type { Policy } from '../../core/rules/policy.ts'
import { checkOptions, checkPaths } from '../model/given.ts'
import { allTransitions } from '../model/timed-machine.ts'
import { breakerGraph } from './breaker-graph.ts'
import { type GoalKind, goalsOf, pairsOf } from './goals.ts'
import { modelledPolicy, PATH_OPTIONS, type Path, type PathOptions } from './paths.ts'

/** Labels of states (`open`), transitions (`source --event--> target`) or two transitions in a row. */
export interface Covered {
  /** In at least one of the paths. */
  readonly met: readonly string[]
  /** Reachable, and in none of the paths. */
  readonly missed: readonly string[]
}

/** The result of `coverage`. */
export interface CoverageReport {
  /** The states of the breaker. */
  readonly states: Covered
  /** The transitions of the statechart. */
  readonly transitions: Covered
  /** Any two transitions that can follow each other. */
  readonly transitionPairs: Covered
  /** Numbers of the requirements that the paths test, such as `R05`: docs/requirements.md says what each is. */
  readonly requirements: readonly string[]
  /** Transitions of the statechart that no path under this policy can take. */
  readonly unreachable: readonly { readonly transition: string; readonly why: string }[]
  /** What `missed` and `unreachable` do not know, because the policy is too large; empty if they know everything. */
  readonly abstraction: readonly string[]
}

/** What a transition of the statechart shows, by requirement; matched against `source --event--> target`. */
const REQUIREMENTS: readonly (readonly [string, RegExp])[] = [
  ['R01', /^closed --admit/],
  ['R02', /^open --admit/],
  ['R03', /^halfOpen --admit/],
  ['R04', /^halfOpen --(succeed \[[234]|fail \[[23])\]/],
  ['R05', /^open --(openTime|elapse)/],
  ['R06', /--(succeed|fail|ignore) \[1\]/],
  ['R07', /^halfOpen --leaseExpired \[[23]\]/],
  ['R08', new RegExp(`--(${COMMANDS.join('|')})`)],
  ['R11', /^halfOpen --ignore \[2\]/],
  ['R12', /^closed --(succeed|fail) \[2\]/],
  ['R22', /--delete/],
  ['R30', /--crash/],
]

/**
 * Reports what paths cover, of all that can be met under the policy (default: that of the paths) with these options; pass
 * those with which the paths were generated.
 * @throws PolicyError (`INVALID_POLICY`), ArgumentError (`INVALID_ARGUMENT`)
 */
export function coverage(
  paths: readonly Path[],
  policy: PolicyOptions = paths[0]?.policy ?? {},
  options: PathOptions = {},
): CoverageReport {
  checkPaths('paths', paths)
  checkOptions('options', options, PATH_OPTIONS)
  const { coverage: _kind, maxLength: _length, ...graphOptions } = options
  const resolved = resolvePolicy(modelledPolicy(policy))
  const { graph, abstraction } = breakerGraph(resolved, graphOptions)
  const met = { states: new Set(['closed']), transitions: new Set<string>(), transitionPairs: new Set<string>() }
  for (const { steps } of paths) {
    let before: string | undefined
    for (const { taken, expect } of steps) {
      met.states.add(expect.state)
      for (const label of taken) met.transitions.add(label)
      for (const pair of pairsOf(taken, before)) met.transitionPairs.add(pair)
      before = taken.at(-1) ?? before
    }
  }
  const reachable = goalsOf(graph, 'transitions')
  const covered = (kind: GoalKind): Covered => ({
    met: [...met[kind]].sort(),
    missed: [...goalsOf(graph, kind)].filter((goal) => !met[kind].has(goal)).sort(),
  })
  return {
    states: covered('states'),
    transitions: covered('transitions'),
    transitionPairs: covered('transitionPairs'),
    requirements: REQUIREMENTS.filter(([, shows]) => [...met.transitions].some((label) => shows.test(label))).map(
      ([name]) => name,
    ),
    unreachable: allTransitions(breakerMachine)
      .filter((transition) => !reachable.has(transition))
      .map((transition) => ({ transition, why: whyNot(transition, resolved) })),
    abstraction,
  }
}

function whyNot(transition: string, { recoveryRamp, slowCalls }: Policy): string {
  if (transition.includes('--configure')) return 'a driver is started with one policy: no step gives it another'
  if (transition.includes('--leaseExpired [1]')) return 'a lease that was ended has no timer left to expire'
  if (transition.startsWith('open --fail [2]'))
    return "failures extend the open time only with openTimeoutFrom 'lastFailure'"
  if (recoveryRamp === null && transition.includes('ramping')) return 'the policy has no recoveryRamp'
  if (slowCalls === null && transition.startsWith('closed --slow')) return 'the policy has no rule for slow calls'
  if (transition.startsWith('closed --succeed [2]')) return 'no success makes a trigger of this policy fire'
  return 'its guard is never true under this policy with so few calls in flight'
}
