// What planted stores are made of: each is the store in memory with one bug, as somebody's own store might have it.
import type {
  FleetChange,
  FleetEntry,
  FleetLink,
  FleetNews,
  FleetReport,
  FleetRules,
} from '../../../src/fleet/index.ts'

/** What a bug may know of the store it is in. */
export interface Ground {
  readonly instance: string
  /** How far the store's clock was set, in ms. */
  readonly aheadMs: () => number
  /** Shared by all links to the store. */
  readonly memory: Map<string, unknown>
}

export interface Planted {
  readonly bug: string
  /** The beginning of the title of a clause of the contract that it breaks; it may break others, too. */
  readonly breaks: string
  readonly plant: (link: FleetLink, ground: Ground) => Partial<FleetLink>
}

export const withRules = (more: Partial<FleetRules>) => (link: FleetLink) => {
  const changed = <E extends FleetEntry>(entry: E): E => ({ ...entry, rules: { ...entry.rules, ...more } })
  return onEntries(link, changed)
}

/** Hands on another entry than was given. */
export function onEntries(link: FleetLink, changed: <E extends FleetEntry>(entry: E) => E): Partial<FleetLink> {
  return {
    report: (reports) => link.report(reports.map(changed)),
    acquire: (entry, token) => link.acquire(changed(entry), token),
    complete: (entry, result) => link.complete(changed(entry), result),
    command: (entry, command) => link.command(changed(entry), command),
    poll: ({ cursor, entries }) => link.poll({ cursor, entries: entries.map(changed) }),
  }
}

export const onReports = (
  changed: (report: FleetReport, index: number, all: readonly FleetReport[]) => FleetReport,
) => {
  return (link: FleetLink) => ({ report: (reports: readonly FleetReport[]) => link.report(reports.map(changed)) })
}

/** Tells something else of a report than is so. */
export const onAnswers = (
  changed: (change: FleetChange, report: FleetReport | undefined, ground: Ground) => FleetChange,
) => {
  return (link: FleetLink, ground: Ground) => ({
    report: async (reports: readonly FleetReport[]) => {
      const changes = await link.report(reports)
      return changes.map((change) => {
        return changed(change, reports.find(({ endpoint }) => endpoint === change.endpoint) ?? reports[0], ground)
      })
    },
  })
}

export const onNews =
  (changed: (news: FleetNews, ground: Ground) => FleetNews) => (link: FleetLink, ground: Ground) => ({
    poll: async (asked: Parameters<FleetLink['poll']>[0]) => changed(await link.poll(asked), ground),
  })

export const versioned = (change: FleetChange, version: number) => ({
  ...change,
  record: { ...change.record, version },
})
export const NO_LEASE = { isGranted: false, leaseMs: 0, retryAfterMs: 1_000 }
export const LEASE = { isGranted: true, leaseMs: 30_000, retryAfterMs: 0 }

export const viewless = <E extends FleetEntry>(entry: E): E => ({ ...entry, view: null })
