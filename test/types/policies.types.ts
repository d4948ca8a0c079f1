// Types of policies: what must compile, what must not, and that the documented interface is what the schema checks.
// Checked by `tsc`, the first step of `npm test`; nothing here runs.
import type * as v from 'valibot'
import { expectTypeOf } from 'vitest'
import type { policySchema } from '../../src/core/edge/policy-schema.ts'
import { createFetch } from '../../src/http/fetch/index.ts'
import {
  createRegistry,
  type Duration,
  type OutcomeRules,
  type Policy,
  type PolicyOptions,
  parsePolicy,
  presets,
  resolvePolicy,
  type WindowOptions,
} from '../../src/index.ts'

/** The schema's own types are writable; nothing else may differ, not even whether `undefined` may be written out. */
type Writable<T> = T extends (...args: never) => unknown
  ? T
  : T extends OutcomeRules
    ? OutcomeRules
    : T extends object
      ? { -readonly [K in keyof T]: Writable<T[K]> }
      : T

export function optionsAreWhatTheSchemaChecks() {
  type Checked = v.InferInput<typeof policySchema>
  expectTypeOf<keyof PolicyOptions>().toEqualTypeOf<keyof Checked>()
  expectTypeOf<Writable<PolicyOptions>>().toEqualTypeOf<Writable<Checked>>()
}

type OptionNamed<Key> = Key extends `${infer Name}Ms` ? Name : Key

export function aResolvedPolicyHasItsNames() {
  expectTypeOf<OptionNamed<keyof Policy>>().toEqualTypeOf<keyof PolicyOptions>()
  expectTypeOf(resolvePolicy).returns.toEqualTypeOf<Policy>()
  expectTypeOf(resolvePolicy).parameter(0).toEqualTypeOf<PolicyOptions | undefined>()
  expectTypeOf(presets.nebula).toEqualTypeOf<PolicyOptions>()
}

export function aWindowIsOfCallsOrOfTime() {
  const calls: WindowOptions = { calls: 100 }
  const time: WindowOptions = { time: '1m' }
  const buckets: WindowOptions = { time: 60_000, buckets: 6 }
  // @ts-expect-error: neither calls nor time
  const neither: WindowOptions = {}
  // @ts-expect-error: both
  const both: WindowOptions = { calls: 100, time: '1m' }
  // @ts-expect-error: only a window of time has buckets
  const slices: WindowOptions = { calls: 100, buckets: 6 }
  const windows = [calls, time, buckets, neither, both, slices]
  return windows.map((window): PolicyOptions => ({ failureRate: { threshold: 0.5, window } }))
}

export function aDurationHasItsUnit(fromOutside: string | undefined) {
  const durations: Duration[] = [500, '500ms', '1.5s', '5 min', '2d']
  // @ts-expect-error: of what?
  const bare: Duration = '30'
  // @ts-expect-error: any text may come from outside; parsePolicy checks it
  createRegistry({ policy: { openTimeout: fromOutside ?? '10s' } })
  createRegistry({ policy: parsePolicy({ openTimeout: fromOutside ?? '10s' }) })
  createRegistry({ policy: parsePolicy(JSON.parse('{}')), policies: { 'db-*': parsePolicy({}) } })
  expectTypeOf(parsePolicy).returns.toEqualTypeOf<PolicyOptions>()
  return [...durations, bare]
}

export function classifiersMayLookAtOneSideOnly() {
  class NotFound extends Error {}
  const policies: PolicyOptions[] = [
    { isFailure: { value: (response: Response) => response.status >= 500 } },
    { isFailure: { error: (error) => !(error instanceof NotFound) } },
    { isFailure: { value: (_, durationMs) => (durationMs > 5_000 ? true : undefined) }, ignore: null },
    { isFailure: (outcome) => ('error' in outcome ? undefined : outcome.value === null) },
    { ignore: { error: (error) => error instanceof NotFound } },
  ]
  // @ts-expect-error: an answer must be given at once
  policies.push({ isFailure: async () => true })
  // @ts-expect-error: the same for the rule of values
  policies.push({ isFailure: { value: async () => true } })
  // @ts-expect-error: an outcome is no response
  policies.push({ isFailure: (response: Response) => response.status >= 500 })
  // @ts-expect-error: for createFetch neither
  createFetch(createRegistry(), { isFailure: (response: Response) => response.status >= 500 })
  createFetch(createRegistry(), { isFailure: { value: ({ status }) => status >= 500 } })
  createFetch(createRegistry(), { isFailure: (outcome) => ('error' in outcome ? undefined : outcome.value === null) })
  // @ts-expect-error: no such rule
  policies.push({ isFailure: { values: () => true } })
  return policies
}
