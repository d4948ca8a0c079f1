// Replies: answers of scripts, checked field by field. A server may not be what it claims, or its data of another version:
// an answer of the wrong shape is no answer.
import type { FleetChange } from '../record.ts'
import { unpackRecord } from '../record-text.ts'
import type { FleetSuspect } from '../store.ts'
import { FleetStoreError } from '../store-error.ts'

const FIELD = /^([0-9a-f]{8}) (.*)$/s

function lie(what: string): FleetStoreError {
  return new FleetStoreError('FLEET_STORE_LIED', `the store gave an answer of the wrong shape: ${what}`)
}

export function listOf(reply: unknown, length?: number): readonly unknown[] {
  if (!Array.isArray(reply) || (length !== undefined && reply.length !== length))
    throw lie(`no list of ${length ?? 'any length'}`)
  return reply
}

export function numberOf(reply: unknown): number {
  if (typeof reply === 'number' && Number.isSafeInteger(reply) && reply >= 0) return reply
  throw lie('no whole number')
}

export function textOf(reply: unknown): string {
  if (typeof reply === 'string') return reply
  throw lie('no text')
}

/** Seconds and microseconds, as of TIME, in whole ms. */
export function timeOf(reply: unknown): number {
  const [seconds, micros] = listOf(reply, 2).map(Number)
  return numberOf((seconds ?? Number.NaN) * 1_000 + Math.floor((micros ?? Number.NaN) / 1_000))
}

export function changeOf(reply: unknown): FleetChange {
  const [endpoint, rules, text, flags] = listOf(reply, 4).map(textOf)
  const record = unpackRecord(text)
  if (endpoint === undefined || rules === undefined || flags === undefined || record === undefined)
    throw lie('no record')
  return {
    endpoint,
    rules,
    record,
    isViewRefused: flags.includes('x'),
    isRepaired: flags.includes('r'),
    hasOtherRules: flags.includes('o'),
  }
}

export function changesOf(reply: unknown): FleetChange[] {
  // An empty table of Lua is an empty list in RESP, and an empty object in JSON.
  return listOf(reply).map(changeOf)
}

export function suspectOf(reply: unknown): FleetSuspect {
  const [, rules, endpoint] = FIELD.exec(textOf(reply)) ?? []
  if (rules === undefined || endpoint === undefined) throw lie('no suspect')
  return { rules, endpoint }
}

/** What was pushed. */
export function pushOf(message: string): FleetChange[] {
  try {
    return changesOf(JSON.parse(message))
  } catch (error) {
    throw error instanceof FleetStoreError ? error : lie('no JSON')
  }
}
