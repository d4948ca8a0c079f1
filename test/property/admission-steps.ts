// What may happen to two breakers in a random history of admissions; admission-run.ts lives through it.
import fc from 'fast-check'
import type { PolicyOptions } from '../../src/index.ts'
import type { OverrideSteps } from './admission-oracle.ts'
import type { Command, Result } from './subjects.ts'

/** Where a call is made: in a call or permit of before, by the context it was given or by itself; `null`: in none. */
export type From = { readonly which: number; readonly by: 'itself' | 'context' } | null

export type Name = 'a' | 'b'
export type Step = { readonly on: Name } & (
  | { readonly do: 'call'; readonly from: From; readonly signal: boolean; readonly timeout: number | null }
  | { readonly do: 'call'; readonly from: From; readonly fallback: true }
  | { readonly do: 'tryAcquire' | 'acquire'; readonly from: From }
  | { readonly do: 'run'; readonly permit: number; readonly from: From }
  | { readonly do: 'end'; readonly which: number; readonly how: 'succeed' | 'fail' | 'abort' }
  | { readonly do: 'leave'; readonly which: number }
  | { readonly do: 'report'; readonly which: number; readonly results: readonly Result[] }
  | { readonly do: 'volley'; readonly calls: number }
  | { readonly do: 'record'; readonly result: 'succeed' | 'fail' }
  | { readonly do: 'advance' | 'stall'; readonly ms: number }
  | { readonly do: 'command'; readonly command: Command }
  | { readonly do: 'override'; readonly given: OverrideSteps | null }
  | { readonly do: 'configure'; readonly policy: PolicyOptions }
)

const small = fc.integer({ min: 1, max: 3 })
const which = fc.nat({ max: 20 })

const limit = fc.option(fc.record({ maxConcurrent: small, maxQueued: fc.integer({ min: 0, max: 4 }) }))
const ramp = fc.record(
  { duration: fc.constantFrom(100, 150), from: fc.constantFrom(0.25, 0.5), steps: small },
  { requiredKeys: ['duration', 'from'] },
)

/** Small limits, so that a short history meets them. */
export const policies: fc.Arbitrary<PolicyOptions> = fc
  .tuple(
    limit,
    fc.record({
      failureThreshold: small,
      openTimeout: fc.constantFrom(100, 200),
      halfOpenMaxCalls: small,
      successThreshold: fc.integer({ min: 1, max: 2 }),
      halfOpenFailureThreshold: fc.integer({ min: 1, max: 2 }),
      probes: fc.constantFrom('calls' as const, 'calls' as const, 'calls' as const, 'reports' as const),
      recoveryRamp: fc.option(ramp),
      probeTimeout: fc.constantFrom(60, 150),
      latencySampling: fc.constant(0),
    }),
  )
  .map(([slots, policy]) => ({ ...policy, ...slots }))

const overrides: fc.Arbitrary<OverrideSteps | null> = fc.option(
  fc.oneof(
    fc.constantFrom<OverrideSteps>(
      { state: 'open', share: 0, probe: false },
      { state: 'forcedOpen', share: 0, probe: false },
      { state: 'halfOpen', share: 0, probe: true },
      { state: 'halfOpen', share: 0, probe: false },
      { state: 'halfOpen', share: 100, probe: false },
    ),
    fc.record({
      state: fc.constant('halfOpen' as const),
      share: fc.constantFrom(10, 30, 50, 75),
      probe: fc.boolean(),
    }),
  ),
  { freq: 3 },
)

const from: fc.Arbitrary<From> = fc.option(
  fc.record({ which, by: fc.constantFrom('itself' as const, 'itself' as const, 'context' as const) }),
  { freq: 2 },
)
const results = fc.constantFrom<Result>('succeed', 'succeed', 'fail', 'ignore')
const commands = ['trip', 'trip', 'probe', 'probe', 'reset', 'isolate', 'disable', 'enable', 'delete', 'crash'] as const

/** Those of calls are odd, the others are not: which of two comes first at the same moment is not what is asked here. */
const timeouts = fc.option(fc.constantFrom(23, 47), { freq: 1 })
const durations = fc.constantFrom(0, 10, 20, 50, 60, 100, 150, 200)

function step(weight: number, does: Step['do'], fields: Record<string, fc.Arbitrary<unknown>>) {
  const on = fc.constantFrom<Name>('a', 'a', 'a', 'b')
  const arbitrary = fc.record({ on, do: fc.constant(does), ...fields }) as unknown as fc.Arbitrary<Step>
  // A name that comes back begins above the generations of all that were deleted: with one name that is its own.
  const isDelete = (made: Step) => made.do === 'command' && made.command === 'delete'
  return { weight, arbitrary: arbitrary.map((made): Step => (isDelete(made) ? { ...made, on: 'a' } : made)) }
}

const steps = fc.oneof(
  step(7, 'call', { from, signal: fc.boolean(), timeout: timeouts }),
  step(1, 'call', { from, fallback: fc.constant(true) }),
  step(3, 'tryAcquire', { from }),
  step(3, 'acquire', { from }),
  step(1, 'run', { permit: which, from }),
  step(6, 'end', { which, how: fc.constantFrom('succeed', 'succeed', 'fail', 'abort') }),
  step(2, 'leave', { which }),
  step(4, 'report', { which, results: fc.array(results, { minLength: 1, maxLength: 2 }) }),
  step(1, 'volley', { calls: fc.integer({ min: 2, max: 12 }) }),
  step(2, 'record', { result: fc.constantFrom('succeed', 'succeed', 'fail') }),
  step(3, 'advance', { ms: durations }),
  step(1, 'stall', { ms: durations }),
  step(3, 'command', { command: fc.constantFrom(...commands) }),
  step(2, 'override', { given: overrides }),
  step(1, 'configure', { policy: policies }),
)

const half: Step[] = (['a', 'b'] as const).flatMap((on) => [
  { on, do: 'command', command: 'trip' },
  { on, do: 'command', command: 'probe' },
])
const probed: Step[] = (['a', 'b', 'a', 'b'] as const).map((on) => ({ on, do: 'record', result: 'succeed' }))
/** Where they begin: closed, half-open, or on a ramp, if the policy has one. */
const beginnings = fc.constantFrom<Step[]>([], [], half, [...half, ...probed])

/** Without a size, fast-check would make none of more than 20 steps. */
export const histories: fc.Arbitrary<Step[]> = fc
  .tuple(beginnings, fc.array(steps, { minLength: 5, maxLength: 50, size: 'max' }))
  .map((parts) => parts.flat())
