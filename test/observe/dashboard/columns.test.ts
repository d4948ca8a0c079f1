// The columns of the wire: whoever reads a row gets what the breaker's stats say, column by column.
import { expect, it } from 'vitest'
import { type AdmissionStatus, createRegistry } from '../../../src/index.ts'
import { COLUMN, PROTOCOL, readRow } from '../../../src/observe/dashboard/protocol.ts'
import { wireRow } from '../../../src/observe/dashboard/wire-row.ts'

/** Another figure in each column: none can be taken for another. */
function differentStats() {
  const stats = createRegistry({ policy: { maxConcurrent: 9 } })
    .breaker('mail')
    .stats()
  const calls = { ...stats.calls, allowed: 1, rejected: 2, succeeded: 3, failed: 4, timedOut: 5, ignored: 6 }
  return {
    ...stats,
    state: 'halfOpen' as const,
    ...{ generation: 10, failureRate: 0.11, slowRate: 0.12, probesInFlight: 13, rampShare: 0.14 },
    latency: { ...stats.latency, p50: 15, p99: 16 },
    concurrency: { inFlight: 17, queued: 18 },
    reason: { type: 'rampEnded' as const, durationMs: 19 },
    admission: refused(stats.admission),
    calls: { ...calls, late: 7, slow: 8, limited: 9 },
  }
}

function refused(admission: AdmissionStatus): AdmissionStatus {
  return { ...admission, admits: 'some', refusedBy: 'breaker', state: 'halfOpen', retryAfterMs: 20 }
}

it('of one endpoint are read back as they were told', () => {
  const stats = differentStats()
  const { reason, retryAfterMs, ...admission } = stats.admission
  expect(readRow(JSON.parse(JSON.stringify(wireRow('mail', stats))))).toEqual({
    ...{ endpoint: 'mail', state: 'halfOpen', generation: 10, failureRate: 0.11, slowRate: 0.12, probesInFlight: 13 },
    ...{ rampShare: 0.14, p50: 15, p99: 16, concurrency: { inFlight: 17, queued: 18 }, retryAfterMs: 20 },
    ...{ reason: 'its recovery ramp of 19 ms has ended', admission },
    calls: {
      ...{ allowed: 1, rejected: 2, succeeded: 3, failed: 4, timedOut: 5, ignored: 6, late: 7, slow: 8, limited: 9 },
    },
  })
})

it('are these, in this order, in this version of the protocol: whoever changes them raises PROTOCOL', () => {
  expect([PROTOCOL, ...Object.keys(COLUMN)]).toEqual([
    ...[3, 'endpoint', 'state', 'generation', 'allowed', 'rejected', 'succeeded', 'failed', 'timedOut', 'ignored'],
    ...['late', 'slow', 'limited', 'failureRate', 'slowRate', 'p50', 'p99', 'retryAfterMs', 'probesInFlight'],
    ...['reason', 'concurrency', 'rampShare', 'admission'],
  ])
})
