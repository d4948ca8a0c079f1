// Presets: a policy for each of five published breakers, so that one behaves here as its document says.
// Where a document describes a defect (half-open permits that never come back, late results that close) it is left out.
import { freeze } from '../rules/freeze.ts'
import type { Outcome } from '../rules/policy.ts'
import type { PolicyOptions } from './resolve-policy.ts'

/** distribute (Gleam): 5 consecutive failures open it, 2 successes close it, one probe at a time, 30 s. */
const distribute: PolicyOptions = {
  failureThreshold: 5,
  successThreshold: 2,
  openTimeout: '30s',
  halfOpenMaxCalls: 1,
}

/** Snakepit 0.8 (Elixir, GenServer): successes do not clear the count; the open time runs from the last failure. */
const snakepit: PolicyOptions = {
  failureThreshold: 5,
  counting: 'cumulative',
  openTimeout: '30s',
  openTimeoutFrom: 'lastFailure',
  halfOpenMaxCalls: 1,
  successThreshold: 1,
}

/** nebula-resource (Rust): consecutive failures, or half of at least 10 calls within a minute; three probes. */
const nebula: PolicyOptions = {
  failureThreshold: 5,
  failureRate: { threshold: 0.5, minimumCalls: 10, window: { time: '60s', buckets: 60 } },
  openTimeout: '30s',
  halfOpenMaxCalls: 3,
  successThreshold: 3,
  halfOpenFailureThreshold: 5,
}

/** PhoenixMicro 1.0 (Elixir, ETS): failures within a sliding window, which a success clears. */
const phoenixMicro: PolicyOptions = {
  failureThreshold: 5,
  failureWindow: '60s',
  counting: 'consecutive',
  openTimeout: '30s',
  halfOpenMaxCalls: 1,
  successThreshold: 1,
}

/** Tinkex 0.3 (Elixir, ETS registry): only `{ ok: true }` is a success, as `{:ok, _}` is there. */
const tinkex: PolicyOptions = {
  failureThreshold: 5,
  openTimeout: '30s',
  halfOpenMaxCalls: 1,
  successThreshold: 1,
  isFailure: (outcome: Outcome) =>
    !('value' in outcome && (outcome.value as { ok?: unknown } | null | undefined)?.ok === true),
}

/** Use as they are, or with changes: `{ ...presets.nebula, openTimeout: '10s' }`. */
export const presets = freeze({ distribute, snakepit, nebula, phoenixMicro, tinkex })
