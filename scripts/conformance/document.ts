// CONFORMANCE.md: the table for the README's readers, with the stories, versions and what we are weaker at.
import type { Report } from './findings.ts'
import { NOT_CONFIRMED, type Search } from './known-defects.ts'
import { gridOf, knownLines, markdownTable, storiesOf } from './table.ts'
import { WEAKNESSES } from './weaknesses.ts'

const INTRODUCTION = `# Conformance

Circuit breakers for Node, driven along the paths that switchgear generates from its own statechart, and judged on what
they claim or any breaker must keep. \`npm run conformance\` installs the newest versions, runs every library in a process
of its own on a virtual clock, and writes this page.

How it is judged, so that it is fair:

- Each library is configured as close to the same policy as its documents allow: one failure opens (two, where it counts
  consecutive failures), 30 s open, one call in half-open, one success closes, no timeout of a call.
- Every step from every state of the model is taken by the shortest way, and the longer tours that cover every pair of
  transitions. A difference is charged to the rule that this step puts to the test. What a library has no means for is
  not judged.
- Each story is the shortest that goes wrong, in the model's words; the last part says what the library did instead.
- Where its documents say that it does otherwise, the table says "by design".`

const LEGEND = [
  '`-` not offered, why is told below',
  '¹ not with its own time limit on, which ends calls before they are late or stuck',
  '² not by paths: a few probes by hand',
].join(' · ')

export function documentOf(reports: readonly Report[], searches: readonly Search[]): string {
  const versions = reports.map(({ library, version, node, configuredAs, callTimeout }) => [
    library,
    version,
    node,
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
    markdownTable([['library', 'version', 'Node', 'configured as', 'own time limit, tried too'], ...versions]),
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
