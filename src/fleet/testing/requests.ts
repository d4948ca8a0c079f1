// Rules and requests of the contract, and of the tests of the fleet: windows of minutes, so that no real second matters.
import {
  type FleetChange,
  type FleetEntry,
  type FleetLink,
  type FleetRecord,
  type FleetReport,
  type FleetRules,
  NO_RECORD,
  reachedRate,
} from '../index.ts'
import { agree } from './agree.ts'
import type { FleetUnderTest } from './fleet-under-test.ts'

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
  agree('the report that reaches rate and quorum opens', change, { record: { state: 'open' } })
  return (change as FleetChange).record
}

/** Its open time is over. */
export async function due({ a, b, passTime }: FleetUnderTest, endpoint: string, rules = STANDARD): Promise<void> {
  const record = await open(a, b, endpoint, rules)
  await passTime(record.openMs + 1)
}

/** A poll of everything that brings no views. */
export const nobody = { cursor: null, entries: [] }

export const everything = async (link: FleetLink) => (await link.poll(nobody)).changes

export async function recordOf(link: FleetLink, endpoint: string): Promise<FleetRecord> {
  return (await everything(link)).find((change) => change.endpoint === endpoint)?.record ?? NO_RECORD
}
