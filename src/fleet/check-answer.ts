// Answers are checked where they come in, whatever the store: a wrong one must not harm an actor, and is not believed.

import { hasFunctions } from '../core/options/index.ts'
import { STATES } from '../core/rules/states.ts'
import { ArgumentError } from '../index.ts'
import { FLEET_REASONS, type FleetChange, type FleetRecord, HIGHEST_VERSION } from './record.ts'
import type { FleetCompletion, FleetGrant, FleetNews } from './store.ts'
import { FleetStoreError } from './store-error.ts'

const FIGURES = ['remainingMs', 'openMs', 'openings', 'rate', 'calls', 'reporters'] as const

/** @throws FleetStoreError (`FLEET_STORE_LIED`) */
export function checkChanges(changes: unknown): asserts changes is readonly FleetChange[] {
  if (!Array.isArray(changes) || !changes.every(isChange)) throw lie('changes')
}

/** @throws FleetStoreError (`FLEET_STORE_LIED`) */
export function checkNews(news: unknown): asserts news is FleetNews {
  const { cursor, changes, live, suspects } = Object(news) as Partial<Record<keyof FleetNews, unknown>>
  checkChanges(changes)
  if (cursor !== null && typeof cursor !== 'string') throw lie('a cursor')
  if (!Number.isSafeInteger(live) || (live as number) < 0) throw lie('how many are alive')
  if (!Array.isArray(suspects)) throw lie('suspects')
}

/** @throws FleetStoreError (`FLEET_STORE_LIED`) */
export function checkGrant(grant: unknown): asserts grant is FleetGrant {
  const { isGranted, leaseMs, retryAfterMs, change } = Object(grant) as Partial<Record<keyof FleetGrant, unknown>>
  if (typeof isGranted !== 'boolean' || !isFigure(leaseMs) || !isFigure(retryAfterMs) || !isChange(change)) {
    throw lie('a lease')
  }
}

/** @throws FleetStoreError (`FLEET_STORE_LIED`) */
export function checkCompletion(completion: unknown): asserts completion is FleetCompletion {
  if (!isChange(Object(completion).change)) throw lie('what a probe did')
}

function isChange(change: unknown): boolean {
  const { endpoint, rules, record } = Object(change) as Partial<Record<keyof FleetChange, unknown>>
  return typeof endpoint === 'string' && typeof rules === 'string' && isRecord(record)
}

function isRecord(value: unknown): boolean {
  const record = Object(value) as Partial<Record<keyof FleetRecord, unknown>>
  const { state, reason, version, writer, message } = record
  const isVersion = Number.isSafeInteger(version) && isFigure(version) && version <= HIGHEST_VERSION
  const isText = typeof writer === 'string' && typeof message === 'string'
  return (
    isOneOf(STATES, state) &&
    isOneOf(FLEET_REASONS, reason) &&
    isVersion &&
    isText &&
    FIGURES.every((name) => isFigure(record[name]))
  )
}

function isFigure(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}

function lie(about: string): FleetStoreError {
  return new FleetStoreError('FLEET_STORE_LIED', `the store's answer has the wrong shape: ${about}`)
}

const METHODS = ['report', 'acquire', 'complete', 'poll', 'command', 'ping', 'subscribe', 'figures', 'close'] as const

/** @throws ArgumentError (`INVALID_ARGUMENT`) unless a store's join has returned a link. */
export function checkLink(link: unknown): void {
  if (!hasFunctions(link, ...METHODS)) throw new ArgumentError('options.store', 'one whose join gives a link', link)
}

function isOneOf(list: readonly unknown[], value: unknown): boolean {
  return list.includes(value)
}
