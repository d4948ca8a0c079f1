// Endpoints: everything the page knows of every breaker, kept outside of the components. Written by stream.ts as rows come
// and once a second by sample(); views read it when `moved`, `structure` or `second` say that there is something new.
import { signal } from '@preact/signals'
import { COLUMN, type Rows, type WireRow } from '../../protocol.ts'
import { KINDS, kindOf, numberOfKind } from '../admission.ts'
import { newTrack, SAMPLES, type Track } from './track.ts'

export interface Endpoint {
  readonly name: string
  /** What a search is compared with. */
  readonly searchable: string
  row: WireRow
  /** How its calls fare: its number in KINDS. */
  kind: number
  /** By performance.now(): when a call may be admitted. */
  deadline: number | null
  /** Its place among all names. */
  rank: number
  /** Of the last seconds; made when it has its first call. */
  track: Track | null
  /** The row of the last sample. */
  sampled: WireRow
  /** By performance.now(): when its state, or the fleet's, changed before our eyes. */
  changedAt: number
}

/** Figures of some row are new. */
export const moved = signal(0)
/** An endpoint came or went, or is of another kind; changes of a bulkhead alone are shown once a second. */
export const structure = signal(0)
/** Another second was sampled. */
export const second = signal(0)
/** How many are of each kind. */
export const counts = signal<readonly number[]>(KINDS.map(() => 0))
/** Of all endpoints together. */
export const fleetTrack: Track = newTrack()

const endpoints = new Map<string, Endpoint>()
const collator = new Intl.Collator('en', { numeric: true })
let sorted: Endpoint[] = []
let areRanksOld = false
let lastSampleAt = 0
/** Some endpoint is of another kind, and the page does not show it yet. */
let isKindNew = false
/** The names of a full image so far; what is not in it at its end is gone. */
let image: Set<string> | null = null

export function endpointOf(name: string): Endpoint | undefined {
  return endpoints.get(name)
}

export function endpointCount(): number {
  return endpoints.size
}

/** All of them by name. */
export function byName(): readonly Endpoint[] {
  if (areRanksOld) {
    sorted = [...endpoints.values()].sort((a, b) => collator.compare(a.name, b.name))
    for (const [rank, endpoint] of sorted.entries()) endpoint.rank = rank
    areRanksOld = false
  }
  return sorted
}

/** A full image follows. */
export function beginImage(): void {
  image = new Set()
}

export function applyRows({ rows, gone, full, last }: Rows): void {
  let isRestructured = gone.length > 0
  for (const name of gone) remove(name)
  const now = performance.now()
  for (const row of rows) {
    if (full) image?.add(row[COLUMN.endpoint])
    isRestructured = applyRow(row, now) || isRestructured
  }
  if (last && image !== null) {
    for (const name of endpoints.keys()) {
      if (image.has(name)) continue
      remove(name)
      isRestructured = true
    }
    image = null
  }
  if (isRestructured) restructure()
  moved.value++
}

function restructure(): void {
  isKindNew = false
  counts.value = countKinds()
  structure.value++
}

/** Whether the endpoint is new or in another state. */
export function applyRow(row: WireRow, now: number): boolean {
  const name = row[COLUMN.endpoint]
  const kind = numberOfKind(kindOf(row))
  const retryAfterMs = row[COLUMN.retryAfterMs]
  const deadline = retryAfterMs === null ? null : now + retryAfterMs
  const endpoint = endpoints.get(name)
  if (endpoint === undefined) {
    const searchable = name.toLowerCase()
    endpoints.set(name, {
      ...{ name, searchable, row, kind, deadline, sampled: row },
      ...{ rank: 0, track: null, changedAt: Number.NEGATIVE_INFINITY },
    })
    areRanksOld = true
    return true
  }
  const isSame = stateOf(endpoint.row) === stateOf(row)
  // A bulkhead may be full and free many times a second: rows shall stand still to be read.
  isKindNew ||= endpoint.kind !== kind
  endpoint.row = row
  endpoint.kind = kind
  endpoint.deadline = deadline
  if (isSame) return false
  endpoint.changedAt = now
  return true
}

/** Its own, and the fleet's. */
function stateOf(row: WireRow): string {
  const admission = row[COLUMN.admission]
  return `${row[COLUMN.state]} ${admission?.refusedBy === 'fleet' ? admission.state : ''}`
}

function remove(name: string): void {
  areRanksOld = endpoints.delete(name) || areRanksOld
}

function countKinds(): number[] {
  const result = KINDS.map(() => 0)
  for (const { kind } of endpoints.values()) result[kind] = (result[kind] ?? 0) + 1
  return result
}

/** Takes what was counted since the last time as the rates of one more second. */
export function sample(now: number): void {
  const elapsed = (now - lastSampleAt) / 1000
  lastSampleAt = now
  // After a pause (a sleeping laptop, a lost connection) the difference belongs to no second.
  const isUsable = elapsed > 0.3 && elapsed < 3
  let calls = 0
  let failures = 0
  let rejections = 0
  const head = second.peek() % SAMPLES
  for (const endpoint of endpoints.values()) {
    const { row, sampled } = endpoint
    let { track } = endpoint
    if (row === sampled || !isUsable) {
      if (track !== null) track.calls[head] = track.failures[head] = track.rejections[head] = 0
    } else {
      track ??= endpoint.track = newTrack()
      calls += track.calls[head] = rate(callsOf(row) - callsOf(sampled), elapsed)
      failures += track.failures[head] = rate(row[COLUMN.failed] - sampled[COLUMN.failed], elapsed)
      rejections += track.rejections[head] = rate(refusedOf(row) - refusedOf(sampled), elapsed)
    }
    endpoint.sampled = row
  }
  fleetTrack.calls[head] = calls
  fleetTrack.failures[head] = failures
  fleetTrack.rejections[head] = rejections
  second.value++
  if (isKindNew) restructure()
}

/** By whomever: the breaker, its fleet, its bulkhead. */
function refusedOf(row: WireRow): number {
  return row[COLUMN.rejected] + row[COLUMN.limited]
}

/** With reports alone nothing asks for admission: then there are more outcomes than admitted calls. */
function callsOf(row: WireRow): number {
  const outcomes = row[COLUMN.succeeded] + row[COLUMN.failed] + row[COLUMN.ignored] + row[COLUMN.late]
  return Math.max(row[COLUMN.allowed], outcomes)
}

/** Less than nothing was counted if an endpoint was deleted and made again. */
function rate(difference: number, seconds: number): number {
  return Math.max(0, difference) / seconds
}
