// Incident: the first outage of one endpoint, as four moments (ms of performance.now()): when the service turned bad
// and good again, and when its breaker opened and closed. The parent of a service knows the first two; of the user's
// own endpoint only the calls tell: `sawCall` takes the first failure seen, and the first success since it opened.
import { type Call, isBad } from './recent-calls.ts'

export interface Incident {
  readonly knownBy: 'service' | 'calls'
  badAt: number | null
  goodAt: number | null
  openedAt: number | null
  closedAt: number | null
}

export function newIncident(knownBy: Incident['knownBy']): Incident {
  return { knownBy, badAt: null, goodAt: null, openedAt: null, closedAt: null }
}

export function isUnderWay({ badAt, goodAt }: Incident): boolean {
  return badAt !== null && goodAt === null
}

export function sawCall(incident: Incident, call: Call, startedAt: number, now: number): void {
  if (incident.knownBy === 'service' || incident.closedAt !== null) return
  const { openedAt } = incident
  if (isBad(call)) {
    incident.badAt ??= now
    // It was not good yet.
    incident.goodAt = null
  } else if (call.kind === 'answered' && openedAt !== null && startedAt >= openedAt) incident.goodAt ??= now
}

export function sawOpen(incident: Incident, now: number): void {
  if (incident.openedAt !== null) return
  // The failure that opened it may be the first; its caller hears of it a moment later.
  if (incident.knownBy === 'calls') incident.badAt ??= now
  if (incident.badAt !== null) incident.openedAt = now
}

export function sawClosed(incident: Incident, now: number): void {
  if (incident.openedAt === null || incident.closedAt !== null) return
  if (incident.knownBy === 'calls') incident.goodAt ??= now
  if (incident.goodAt !== null) incident.closedAt = now
}

export function noticedAfterMs({ badAt, openedAt }: Incident): number | null {
  return badAt === null || openedAt === null ? null : openedAt - badAt
}

export function recoveredAfterMs({ goodAt, closedAt }: Incident): number | null {
  return goodAt === null || closedAt === null ? null : closedAt - goodAt
}
