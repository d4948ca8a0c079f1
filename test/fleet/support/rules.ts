// Rules and requests as the tests of the fleet need them: windows of minutes, so that no real second matters.
import type { FleetRecord } from '../../../src/fleet/record.ts'
import { type FleetRules, reachedRate } from '../../../src/fleet/rules.ts'
import type { FleetEntry, FleetLink, FleetReport } from '../../../src/fleet/store.ts'

/** A minute: a tenth of the window of these rules. */
export const SLOT = 60_000
export const OPEN = 120_000

const RULES: FleetRules = {
  windowMs: 10 * SLOT,
  minimumCalls: 10,
  failureRate: 0.5,
  slowRate: null,
  quorumReporters: 2,
  quorumShare: 0,
  openTimeoutMs: OPEN,
  backoffFactor: 2,
  maxOpenMs: 4 * OPEN,
  jitter: 0,
  halfOpenMaxCalls: 1,
  probeTimeoutMs: 30_000,
  successThreshold: 2,
}

export const rulesWith = (more: Partial<FleetRules> = {}): FleetRules => ({ ...RULES, ...more })

const STANDARD = rulesWith()

export function entry(endpoint: string, view: FleetRecord | null = null, rules = STANDARD): FleetEntry {
  return { endpoint, rules, view }
}

export function saw(endpoint: string, failures: number, calls: number, more: Partial<FleetReport> = {}): FleetReport {
  const { rules = STANDARD, slow = 0 } = more
  const isFailing = reachedRate({ calls, failures, slow }, rules) !== null
  return { endpoint, rules, view: null, calls, failures, slow, isFailing, ...more }
}

/** Two processes see it fail: the fleet opens it. */
export async function open(a: FleetLink, b: FleetLink, endpoint: string, rules = STANDARD): Promise<FleetRecord> {
  await a.report([saw(endpoint, 10, 10, { rules })])
  const [change] = await b.report([saw(endpoint, 10, 10, { rules })])
  if (change?.record.state !== 'open') throw new Error(`it is ${change?.record.state}`)
  return change.record
}
