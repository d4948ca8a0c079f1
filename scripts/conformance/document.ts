// CONFORMANCE.md: the table, with the stories, versions and what we are weaker at. Nothing in
// it depends on the machine or on the Node that the run was made with, so that a run can be compared with the page.
import type { Report } from './findings.ts'
import { NOT_CONFIRMED, type Search } from './known-defects.ts'
import { gridOf, knownLines, markdownTable, storiesOf } from './table.ts'
import { WEAKNESSES } from './weaknesses.ts'

const INTRODUCTION = `# Conformance

Circuit breakers for Node, driven along the paths that switchgear generates from its own statechart, and judged on what
they claim or any breaker must keep. \`npm run conformance\` installs the versions named below, runs every library in a
process of its own on a virtual clock, and writes this page. \`npm run test:all\` does the same, and fails when the page is not
what the run gives.

How it is judged, so that it is fair:

- Each library is configured as close to the same policy as its documents allow: one failure opens (two, where it counts
  consecutive failures), 30 s open, one call in half-open, one success closes, no time limit of a call.
- Every step from every state of the model is taken by the shortest way, and the longer tours that cover every pair of
  transitions. A difference is charged to the rule that this step puts to the test. What a library has no means for is
  not judged; where it is stricter with calls than the model, it is not judged either.
- What goes wrong is tried again with the library's own time limit on, which several have on by default.
- Where its documents or a comment in its source say that it does otherwise, the table says "by design".
- An infinite duration or threshold is no nonsense where it is taken at its word.
- Each story is the shortest that goes wrong, in the model's words; the last part says what the library did instead.

The rows do not weigh the same. A breaker that is stuck, or that a late result closes, fails to guard; a breaker that
rejects after a stall does so only until the event loop has run its timers; a listener that throws is a mistake of
whoever wrote it, and the row asks how far the damage goes.`

const LEGEND = [
  '`-` not offered, why is told below',
  '¹ not with its own time limit on, which ends calls before they are late or stuck',
  '² not by paths: a few probes by hand',
  '³ with a remark, told below',
].join(' · ')

export function documentOf(reports: readonly Report[], searches: readonly Search[]): string {
  const versions = reports.map(({ library, version, configuredAs, callTimeout }) => [
    library,
    version,
    configuredAs,
    callTimeout ?? 'none',
  ])
  return [
    INTRODUCTION,
    '',
    markdownTable(gridOf(reports)),
    '',
    LEGEND,
    '',
    '## Where we are weaker',
    '',
    ...WEAKNESSES.map((weakness) => `- ${weakness}`),
    '',
    '## Versions',
    '',
    'Each was the newest in November 2026. Those that ask for a newer Node than 20 run on Node 24, the others on the Node',
    'of the run.',
    '',
    markdownTable([['library', 'version', 'configured as', 'own time limit, tried too'], ...versions]),
    '',
    '## Stories',
    '',
    ...reports.flatMap(storiesOf),
    '## Defects that were known before',
    '',
    'A kit that misses one of them is not done.',
    '',
    ...knownLines(searches).map((line) => `- ${line}`),
    '',
    'Said before, and not confirmed:',
    '',
    ...NOT_CONFIRMED.map((line) => `- ${line}`),
    '',
  ].join('\n')
}
