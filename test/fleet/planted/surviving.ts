// Planted stores that survive less than they should.
import type { FleetChange, FleetLink } from '../../../src/fleet/index.ts'
import { rulesWith } from '../../../src/fleet/testing/requests.ts'
import { type Ground, NO_LEASE, onAnswers, onEntries, onNews, type Planted, viewless } from './kit.ts'

export const SURVIVING: readonly Planted[] = [
  {
    bug: 'takes nothing over from polls',
    breaks: 'loss of all data',
    plant: (link) => ({ poll: ({ cursor }) => link.poll({ cursor, entries: [] }) }),
  },
  {
    bug: 'takes nothing over from results',
    breaks: 'every request brings the view along',
    plant: (link) => ({ complete: (entry, result) => link.complete(viewless(entry), result) }),
  },
  {
    bug: 'forgets nothing',
    breaks: 'what has been closed for a day is forgotten',
    plant: onNews((news, { memory }) => {
      for (const change of news.changes) memory.set(`known ${change.endpoint}`, change)
      return { ...news, changes: [...memory.values()] as FleetChange[] }
    }),
  },
  {
    bug: 'believes the last who says something',
    breaks: 'an older view changes nothing',
    plant: onAnswers((change, report) => ({ ...change, record: report?.view ?? change.record })),
  },
  {
    bug: 'keeps the first of two records of a version',
    breaks: 'of two records of one version',
    plant: (link, { memory }) => ({
      report: async (reports) => {
        const known = (endpoint: string) => Number(memory.get(endpoint) ?? 0)
        const changes = await link.report(
          reports.map((report) => ((report.view?.version ?? 1) > known(report.endpoint) ? report : viewless(report))),
        )
        for (const { endpoint, record } of changes) memory.set(endpoint, record.version)
        return changes
      },
    }),
  },
  {
    bug: 'believes any version',
    breaks: 'a view with a version that nobody could have reached',
    plant: onAnswers((change, report) => {
      if (!change.isViewRefused) return change
      return { ...change, isViewRefused: false, isRepaired: true, record: report?.view ?? change.record }
    }),
  },
  {
    bug: 'believes any open time',
    breaks: 'a view that would keep it open for longer',
    plant: onAnswers((change, report) => {
      const { openMs = 0 } = report?.view ?? {}
      return change.isRepaired ? { ...change, record: { ...change.record, openMs } } : change
    }),
  },
  {
    bug: 'has one record for all rules',
    breaks: 'processes with other rules',
    plant: (link) => onEntries(link, (entry) => ({ ...entry, rules: rulesWith() })),
  },
  {
    bug: 'cuts long names, so that two become one',
    breaks: 'names of any kind',
    plant: (link) => onEntries(link, (entry) => ({ ...entry, endpoint: String(entry.endpoint).slice(0, 64) })),
  },
]

export const CLOCKS: readonly Planted[] = [
  ...['its clock set back by an hour: open', 'its clock set back while a probe is under way'].map((breaks) => ({
    bug: 'waits until its clock is where it was',
    breaks,
    plant: (link: FleetLink, { aheadMs }: Ground): Partial<FleetLink> => ({
      acquire: async (...asked) => {
        const grant = await link.acquire(...asked)
        return aheadMs() < 0 ? { ...grant, ...NO_LEASE, retryAfterMs: -aheadMs() } : grant
      },
    }),
  })),
  {
    bug: 'gives no lease for an hour after its clock was set forward',
    breaks: 'its clock set forward by an hour',
    plant: (link, { aheadMs }) => ({
      acquire: async (...asked) => ({ ...(await link.acquire(...asked)), ...(aheadMs() > 0 ? NO_LEASE : {}) }),
    }),
  },
]
