// RegistryOptions: what createRegistry takes, checked once, and which policy a name gets.
import * as v from 'valibot'
import type { InspectionEvent, Observer } from 'xstate'
import type { Supervision } from '../../machines/registry.machine.ts'
import { defaultPolicy, type Policy } from '../rules/policy.ts'
import { type Clock, checkClock } from './clock.ts'
import type { Duration } from './duration.ts'
import { type Mistake, PolicyError } from './errors.ts'
import {
  count,
  durationMs,
  mistakesOf,
  natural,
  type PolicyOptions,
  resolvePolicy,
  safeParse,
} from './resolve-policy.ts'
import type { RegistrySnapshot } from './snapshot-format.ts'

export interface RegistryOptions {
  /** For every breaker, over the defaults. */
  readonly policy?: PolicyOptions | undefined
  /** By name or by pattern (`*` stands for any characters), over `policy`. A name beats a pattern; the first pattern wins. */
  readonly policies?: Readonly<Record<string, PolicyOptions>> | undefined
  /** Default: the system's monotonic clock, with timers that keep no process alive. */
  readonly clock?: Clock | undefined
  /** What `snapshot()` gave, or its JSON text: restores states, counts and remaining open times. */
  readonly snapshot?: RegistrySnapshot | string | undefined
  /** Watches every actor (Stately inspector). Turns folding off. */
  readonly inspect?: Observer<InspectionEvent> | ((event: InspectionEvent) => void) | undefined
  /** `false` sends every admission and outcome through the actor. Default `true`; calls cost 50 times as much without. */
  readonly folding?: boolean | undefined
  readonly activation?: 'eager' | 'onDemand' | undefined
  /** Default: no limit. At the limit an idle closed breaker is evicted. */
  readonly maxBreakers?: number | undefined
  readonly supervision?:
    | {
        /** Default 3. */
        readonly maxRestarts?: number | undefined
        /** Default 5 s. */
        readonly withinMs?: Duration | undefined
        /** Default `'disabled'`: when the breaker itself is broken, calls go through. */
        readonly onEscalation?: Supervision['onEscalation'] | undefined
      }
    | undefined
  /** Chooses the jitter of every backoff. Default: random. */
  readonly seed?: number | undefined
}

const INSPECT_EXPECTED = 'a function or an observer with a next function'

const schema = v.strictObject(
  {
    policy: v.optional(v.unknown()),
    policies: v.optional(v.record(v.string(), v.unknown(), 'an object of policies by name')),
    clock: v.optional(v.unknown()),
    snapshot: v.optional(v.unknown()),
    inspect: v.optional(
      v.custom<RegistryOptions['inspect']>(
        (value) => typeof value === 'function' || typeof (value as Observer<unknown>)?.next === 'function',
        INSPECT_EXPECTED,
      ),
    ),
    folding: v.optional(v.boolean('true or false')),
    activation: v.optional(v.picklist(['eager', 'onDemand'], "'eager' or 'onDemand'")),
    maxBreakers: v.optional(count),
    supervision: v.optional(
      v.strictObject(
        {
          maxRestarts: v.optional(natural, 3),
          withinMs: v.optional(durationMs, 5_000),
          onEscalation: v.optional(v.picklist(['disabled', 'forcedOpen'], "'disabled' or 'forcedOpen'"), 'disabled'),
        },
        'an object: { maxRestarts, withinMs, onEscalation }',
      ),
      {},
    ),
    seed: v.optional(natural),
  },
  'an object of registry options',
)

export interface ResolvedOptions {
  readonly clock: Clock | undefined
  readonly policyFor: (name: string) => Policy
  readonly snapshot: unknown
  readonly inspect: RegistryOptions['inspect']
  readonly folding: boolean
  readonly activation: 'eager' | 'onDemand' | undefined
  readonly maxBreakers: number
  readonly supervision: Supervision
  readonly seed: number
}

/** @throws PolicyError (`INVALID_POLICY`), ClockError (`INVALID_CLOCK`) */
export function resolveOptions(options: RegistryOptions): ResolvedOptions {
  const result = safeParse(schema, options)
  const mistakes = result.success ? [] : mistakesOf(result.issues, 'options')
  const policyFor = choosePolicy(options?.policy, options?.policies ?? {}, mistakes)
  if (!result.success || mistakes.length > 0) throw new PolicyError('invalid registry options', mistakes)
  const parsed = result.output
  const { clock } = parsed
  if (clock !== undefined) checkClock(clock)
  return {
    clock,
    policyFor,
    snapshot: parsed.snapshot,
    inspect: parsed.inspect,
    folding: (parsed.folding ?? true) && parsed.inspect === undefined,
    activation: parsed.activation,
    maxBreakers: parsed.maxBreakers ?? Number.POSITIVE_INFINITY,
    supervision: parsed.supervision,
    seed: parsed.seed ?? Math.floor(Math.random() * 2 ** 32),
  }
}

function choosePolicy(
  shared: PolicyOptions | undefined,
  byName: Readonly<Record<string, PolicyOptions>>,
  mistakes: Mistake[],
): (name: string) => Policy {
  const collect = (options: PolicyOptions | undefined, base: Policy, where: string): Policy => {
    try {
      return resolvePolicy(options, base, where)
    } catch (error) {
      if (error instanceof PolicyError) mistakes.push(...error.mistakes)
      return base
    }
  }
  const fallback = collect(shared, defaultPolicy(), 'policy')
  const exact = new Map<string, Policy>()
  const patterns: { readonly matches: (name: string) => boolean; readonly policy: Policy }[] = []
  for (const [name, options] of Object.entries(byName)) {
    const policy = collect(options, fallback, `policies[${JSON.stringify(name)}]`)
    if (name.includes('*')) patterns.push({ matches: patternOf(name), policy })
    else exact.set(name, policy)
  }
  return (name) => exact.get(name) ?? patterns.find(({ matches }) => matches(name))?.policy ?? fallback
}

/** Part after part from the left, in linear time: names may be long, and a regular expression would backtrack. */
function patternOf(pattern: string): (name: string) => boolean {
  const [first = '', ...others] = pattern.split('*')
  const last = others.pop() ?? ''
  return (name) => {
    if (!name.startsWith(first) || !name.endsWith(last)) return false
    let from = first.length
    for (const part of others) {
      const at = name.indexOf(part, from)
      if (at === -1) return false
      from = at + part.length
    }
    return from <= name.length - last.length
  }
}
