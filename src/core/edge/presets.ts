// Presets: a policy for each of five published breakers, so that a breaker behaves as the document of that one says.
// If a document describes a defect (half-open permits that never return, late results that close), it is left out.
import { freeze } from '../rules/freeze.ts'
import type { PolicyOptions } from './policy-options.ts'

/** The policies of five published breakers. Use one as it is, or with changes: `{ ...presets.nebula, openTimeout: '10s' }`. */
export interface Presets {
  /** distribute (Gleam): 5 consecutive failures open it, 2 successes close it, one probe at a time, 30 s. */
  readonly distribute: PolicyOptions
  /** Snakepit 0.8 (Elixir, GenServer): successes do not clear the count; the open time runs from the last failure. */
  readonly snakepit: PolicyOptions
  /** nebula-resource (Rust): consecutive failures, or half of at least 10 calls within a minute; three probes. */
  readonly nebula: PolicyOptions
  /** PhoenixMicro 1.0 (Elixir, ETS): failures within a sliding window, which a success clears. */
  readonly phoenixMicro: PolicyOptions
  /** Tinkex 0.3 (Elixir, ETS registry): only `{ ok: true }` is a success, as `{:ok, _}` is there. */
  readonly tinkex: PolicyOptions
}

const distribute: PolicyOptions = {
  failureThreshold: 5,
  successThreshold: 2,
  openTimeout: '30s',
  halfOpenMaxCalls: 1,
}

const snakepit: PolicyOptions = {
  failureThreshold: 5,
  counting: 'cumulative',
  openTimeout: '30s',
  openTimeoutFrom: 'lastFailure',
  halfOpenMaxCalls: 1,
  successThreshold: 1,
}

const nebula: PolicyOptions = {
  failureThreshold: 5,
  failureRate: { threshold: 0.5, minimumCalls: 10, window: { time: '60s', buckets: 60 } },
  openTimeout: '30s',
  halfOpenMaxCalls: 3,
  successThreshold: 3,
  halfOpenFailureThreshold: 5,
}

const phoenixMicro: PolicyOptions = {
  failureThreshold: 5,
  failureWindow: '60s',
  counting: 'consecutive',
  openTimeout: '30s',
  halfOpenMaxCalls: 1,
  successThreshold: 1,
}

const tinkex: PolicyOptions = {
  failureThreshold: 5,
  openTimeout: '30s',
  halfOpenMaxCalls: 1,
  successThreshold: 1,
  isFailure: { value: (value: { readonly ok?: unknown } | null | undefined) => value?.ok !== true },
}

/** Policies that make a breaker behave as a published one does. Frozen; pass one as it is, or spread it. */
export const presets: Presets = freeze({ distribute, snakepit, nebula, phoenixMicro, tinkex })
