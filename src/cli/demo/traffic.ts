// Traffic: calls an endpoint at a steady rate, each call twice at the same moment: through the breaker, and without.
// The twin that is not guarded shows what a refused call would have met, so nothing has to be estimated.
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { isBreakerError, type Registry } from '../../index.ts'
import type { Endpoint } from './endpoint.ts'
import { get, getWithin, isFailedStatus } from './http-call.ts'
import { isUnderWay, sawCall } from './incident.ts'
import { addCall, type Call, isBad, type Kind, type RecentCalls } from './recent-calls.ts'

export interface Schedule {
  /** ms of performance.now() */
  readonly startAt: number
  readonly endAt: number
  readonly intervalMs: number
}

/** Resolves when the last call of the schedule has ended. Aborting `signal` ends the schedule and the calls. */
export async function drive(
  registry: Registry,
  endpoint: Endpoint,
  { startAt, endAt, intervalMs }: Schedule,
  signal: AbortSignal,
): Promise<void> {
  const inFlight = new Set<Promise<void>>()
  let number = 0
  for (let dueAt = startAt; dueAt < endAt && !signal.aborted; dueAt = startAt + number * intervalMs) {
    await sleep(Math.max(dueAt - performance.now(), 0), undefined, { signal }).catch(() => {})
    if (signal.aborted) break
    const pair = callTwice(registry, endpoint, number, signal).finally(() => inFlight.delete(pair))
    inFlight.add(pair)
    // After a stall the calls it swallowed are left out: a burst of them would be another traffic.
    number = Math.max(number + 1, Math.floor((performance.now() - startAt) / intervalMs))
  }
  await Promise.all(inFlight)
}

async function callTwice(registry: Registry, endpoint: Endpoint, number: number, signal: AbortSignal): Promise<void> {
  const { name, breaker, guarded, unguarded } = endpoint
  const url = endpoint.numbersCalls ? `${endpoint.url}?call=${number}` : endpoint.url
  const { timeoutMs } = breaker.policy
  const throughBreaker = () =>
    measure(endpoint, guarded, () => registry.call(name, (call) => get(url, call.signal), { signal }), signal)
  const without = () => measure(endpoint, unguarded, () => getWithin(url, timeoutMs, signal), signal)

  // In turns, so that neither lane is always the first; and apart, or a refusal, which takes no time, would be
  // measured with the time that its twin's fetch takes to get going.
  const early = number % 2 === 0 ? throughBreaker() : null
  if (early !== null) await nextTurn()
  const late = without()
  if (early === null) await nextTurn()
  const [call, twin] = await Promise.all([early ?? throughBreaker(), late])
  if (call.kind !== 'rejected') return
  if (isBad(twin)) endpoint.spared++
  else if (twin.kind === 'answered') endpoint.refusedInVain++
}

async function measure(
  endpoint: Endpoint,
  recent: RecentCalls,
  request: () => Promise<number>,
  signal: AbortSignal,
): Promise<Call> {
  const { incident, breaker } = endpoint
  const wasBad = isUnderWay(incident)
  const startedAt = performance.now()
  const outcome = await request().then(
    (status): Kind => (isFailedStatus(status) ? 'failed' : 'answered'),
    (error: unknown): Kind => {
      if (isBreakerError(error, 'BREAKER_OPEN')) return 'rejected'
      return signal.aborted ? 'cutOff' : 'failed'
    },
  )
  const now = performance.now()
  const durationMs = now - startedAt
  const { slowCalls } = breaker.policy
  const isSlow = outcome === 'answered' && slowCalls !== null && durationMs > slowCalls.slowerThanMs
  const call: Call = { kind: isSlow ? 'slow' : outcome, durationMs }
  addCall(recent, call, wasBad)
  sawCall(incident, call, startedAt, now)
  return call
}
