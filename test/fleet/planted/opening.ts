// Planted stores that open wrongly.
import { onAnswers, onReports, type Planted, versioned, withRules } from './kit.ts'

export const OPENING: readonly Planted[] = [
  {
    bug: 'one reporter is enough',
    breaks: 'one process that sees every call fail opens nothing',
    plant: withRules({ quorumReporters: 1 }),
  },
  {
    bug: 'does not write down who opened it',
    breaks: 'two processes that see it fail open it',
    plant: onAnswers((change) => ({ ...change, record: { ...change.record, writer: '-' } })),
  },
  {
    bug: 'counts failures alone',
    breaks: 'not while the rate of the whole fleet is below',
    plant: onReports((report) => ({ ...report, calls: report.failures })),
  },
  {
    bug: 'opens on few calls',
    breaks: 'not before the fleet has made the least',
    plant: withRules({ minimumCalls: 1 }),
  },
  {
    bug: 'skips reports without failures',
    breaks: 'a report of calls that all went well is counted',
    plant: (link) => ({ report: (reports) => link.report(reports.filter(({ failures }) => failures > 0)) }),
  },
  {
    bug: 'judges a report by the rules of its first endpoint',
    breaks: 'endpoints of one report are judged each by its own rules',
    plant: onReports((report, _, [first = report]) => ({ ...report, rules: first.rules })),
  },
  {
    bug: 'takes who reports for a reporter',
    breaks: 'a process that sees it work again',
    plant: onReports((report) => ({ ...report, isFailing: true })),
  },
  { bug: 'knows no share', breaks: 'a share of the live processes', plant: withRules({ quorumShare: 0 }) },
  { bug: 'counts no slow calls', breaks: 'slow calls open it', plant: onReports((report) => ({ ...report, slow: 0 })) },
  { bug: 'keeps calls for too long', breaks: 'calls leave the window', plant: withRules({ windowMs: 6_000_000 }) },
  {
    bug: 'opens once more what is open',
    breaks: 'what is reported while it is open counts for nothing',
    plant: onAnswers((change, _, { memory }) => {
      const isAgain = memory.has(`open ${change.endpoint}`)
      memory.set(`open ${change.endpoint}`, true)
      return isAgain ? versioned(change, change.record.version + 1) : change
    }),
  },
  {
    bug: 'takes 200 endpoints of a report',
    breaks: 'many endpoints can be reported at once',
    plant: (link) => ({ report: (reports) => link.report(reports.slice(0, 200)) }),
  },
]
