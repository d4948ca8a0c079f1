// RegistryOptions: the options of createRegistry, checked once, with every default but that of `activation` filled in.
import * as v from 'valibot'
import type { InspectionEvent, Observer } from 'xstate'
import type { Supervision } from '../../../machines/registry.machine.ts'
import { type Clock, checkClock } from './clock.ts'
import { isThenable } from './describe-value.ts'
import type { Duration } from './duration.ts'
import { PolicyError } from './errors.ts'
import { mistakesOf } from './mistakes.ts'
import { choosePolicy, POLICIES_EXPECTED, type PolicyChoice, type RegistryPolicies } from './named-policies.ts'
import { isOptionObject } from './option-object.ts'
import { count, durationMs, flag, natural, objectSchema } from './option-schemas.ts'
import type { RegistrySnapshot } from './snapshot-format.ts'

/** What happens when a breaker's actor crashes. Calls go on: the breaker's row has all that the next actor needs. */
export interface SupervisionOptions {
  /** How many restarts within `withinMs` are allowed before it escalates, at least 0. Default 3. */
  readonly maxRestarts?: number | undefined
  /** How long a restart counts: milliseconds or a string such as `'5s'`. Default `'5s'`. */
  readonly withinMs?: Duration | undefined
  /**
   * The state in which a breaker is parked when it escalates. Default `'disabled'`: if the breaker itself is broken, calls
   * go through. Choose `'forcedOpen'` if a call without a breaker is worse than no call.
   */
  readonly onEscalation?: Supervision['onEscalation'] | undefined
}

/** The options of createRegistry. All are optional. */
export interface RegistryOptions extends RegistryPolicies {
  /** The source of time. Default: the system's monotonic clock, whose timers do not keep the process alive. For tests. */
  readonly clock?: Clock | undefined
  /**
   * The result of `snapshot()`, or its JSON text: restores states, counts and remaining open times. Default: none, every
   * breaker begins closed. `null`, which stores return for a missing key, means none too.
   */
  readonly snapshot?: RegistrySnapshot | string | null | undefined
  /**
   * Watches every actor: a function, or an observer such as Stately's inspector. Default: none. It turns folding off, so
   * that it sees every event.
   */
  readonly inspect?: Observer<InspectionEvent> | ((event: InspectionEvent) => void) | undefined
  /**
   * Whether outcomes that cannot change a closed breaker's state are counted without its actor. Default `true`. `false`
   * sends every admission and outcome through the actor, for its subscribers; calls then cost 50 times as much.
   */
  readonly folding?: boolean | undefined
  /**
   * `'eager'`: a breaker's actor exists from the start. `'onDemand'`: from the first event that only it may decide, until
   * the breaker is closed and idle again. Default `'onDemand'`; but `'eager'` with `inspect`, because every breaker is
   * watched.
   */
  readonly activation?: 'eager' | 'onDemand' | undefined
  /**
   * How many breakers there may be, at least 1. Default: no limit. At the limit an idle closed breaker is evicted, or else
   * a half-open one that waits for a call. If there is neither, the new breaker is refused (`REGISTRY_FULL`). Set it if
   * names come from outside the program.
   */
  readonly maxBreakers?: number | undefined
  /**
   * How long a breaker may go without a call or an outcome: milliseconds or a string such as `'1h'`. After that, and at
   * most half as long again, it is removed as by eviction, unless it holds a decision. Reading its state or figures does
   * not count as use. Default: it stays. Set it if names come and go.
   */
  readonly idleTimeout?: Duration | undefined
  /** What happens when a breaker's actor crashes. Default: 3 restarts within 5 s, then `'disabled'`. */
  readonly supervision?: SupervisionOptions | undefined
  /**
   * Chooses the jitter of every backoff: a whole number of at least 0. Default: random; `registry.seed` has it. For tests
   * that repeat, and for logs that are replayed.
   */
  readonly seed?: number | undefined
}

const isFunction = (value: unknown) => typeof value === 'function'

const schema = objectSchema(
  {
    policy: v.optional(v.unknown()),
    policies: v.optional(v.custom<object>(isOptionObject, POLICIES_EXPECTED)),
    clock: v.optional(v.unknown()),
    snapshot: v.nullish(
      // The code that uses it reports its other mistakes.
      v.custom<unknown>((value) => !isThenable(value), 'what snapshot() gave, or its JSON'),
    ),
    inspect: v.optional(
      v.custom<NonNullable<RegistryOptions['inspect']>>(
        (value) => isFunction(value) || isFunction((value as Observer<unknown> | null)?.next),
        'a function or an observer with a next function',
      ),
    ),
    folding: v.optional(flag),
    activation: v.optional(v.picklist(['eager', 'onDemand'], "'eager' or 'onDemand'")),
    maxBreakers: v.optional(count),
    idleTimeout: v.optional(durationMs),
    supervision: v.optional(
      objectSchema(
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
  /** What the registry begins with; `configureAll` replaces it. */
  readonly policyFor: PolicyChoice
  /** `undefined`: none. Not checked yet. */
  readonly snapshot: unknown
  readonly inspect: RegistryOptions['inspect']
  readonly folding: boolean
  readonly activation: RegistryOptions['activation']
  readonly maxBreakers: number
  /** `null`: none. */
  readonly idleTimeoutMs: number | null
  readonly supervision: Supervision
  readonly seed: number
}

/** @throws PolicyError (`INVALID_POLICY`), ClockError (`INVALID_CLOCK`) */
export function resolveOptions(options: RegistryOptions): ResolvedOptions {
  const result = v.safeParse(schema, options)
  const mistakes = result.success ? [] : mistakesOf(result.issues, 'options')
  const policyFor = choosePolicy(isOptionObject(options) ? options : {}, mistakes)
  if (!result.success || mistakes.length > 0) throw new PolicyError('invalid registry options', mistakes)
  const parsed = result.output
  const { clock } = parsed
  if (clock !== undefined) checkClock(clock)
  return {
    clock,
    policyFor,
    snapshot: parsed.snapshot ?? undefined,
    inspect: parsed.inspect,
    folding: (parsed.folding ?? true) && parsed.inspect === undefined,
    activation: parsed.activation,
    maxBreakers: parsed.maxBreakers ?? Number.POSITIVE_INFINITY,
    idleTimeoutMs: parsed.idleTimeout ?? null,
    supervision: parsed.supervision,
    seed: parsed.seed ?? Math.floor(Math.random() * 2 ** 32),
  }
}
