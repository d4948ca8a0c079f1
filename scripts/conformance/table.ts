// The table, requirement x library, and what is told below it: for the terminal and as Markdown.
import type { Cell, Finding, Report, Verdict } from './findings.ts'
import type { Search } from './known-defects.ts'
import { REQUIREMENTS } from './requirements.ts'

const MARKS: Readonly<Record<Verdict, string>> = {
  ok: 'ok',
  fails: '**fails**',
  'by design': 'by design',
  'not offered': '-',
  'not judged': '?',
}

const MOST_STORIES = 12

/** `fails`, with a mark when the library's own time limit prevents all of it. */
export function markOf({ verdict, findings, remark }: Cell): string {
  const isCured = verdict === 'fails' && findings.every((one) => one.designed !== undefined || one.curedByTimeout)
  const marks = [MARKS[verdict], ...(isCured ? ['¹'] : []), ...(remark === undefined ? [] : ['³'])]
  return marks.join(' ')
}

export function gridOf(reports: readonly Report[], mark = markOf): string[][] {
  const head = ['', ...reports.map(({ library }) => library)]
  const rows = REQUIREMENTS.map(({ id, title, byPaths }) => [
    byPaths ? title : `${title} ²`,
    ...reports.map(({ cells }) => mark(cells[id])),
  ])
  return [head, ...rows]
}

export function markdownTable(grid: readonly (readonly string[])[]): string {
  const [head = [], ...rows] = grid
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

export function plainTable(grid: readonly (readonly string[])[]): string {
  const plain = grid.map((row) => row.map((cell) => cell.replaceAll(/\*\*|`/g, '')))
  const widths = (plain[0] ?? []).map((_, column) => Math.max(...plain.map((row) => row[column]?.length ?? 0)))
  return plain
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** The steps in words, what went wrong in the place of the last. */
export function storyOf({ story, difference, byPath }: Finding): string {
  if (!byPath && story.length === 0) return `${difference}.`
  const told = byPath ? story.slice(0, -1) : story
  return `${[...told, `**${difference}**`].join(' → ')}.`
}

export function storiesOf({ library, cells }: Report): string[] {
  const lines: string[] = []
  for (const { id, title } of REQUIREMENTS) {
    const { findings, note, remark, verdict } = cells[id]
    if (remark !== undefined && findings.length === 0) lines.push(`- ${title}: ${remark}.`)
    if (verdict === 'not offered') lines.push(`- ${title}: not offered; ${note}.`)
    if (findings.length === 0) continue
    const shortest = findings.toSorted((left, right) => left.story.length - right.story.length).slice(0, MOST_STORIES)
    const told =
      id === 'nonsense'
        ? [`accepted: ${shortest.map(({ kind }) => kind).join(', ')}.`]
        : shortest.map((finding) => tell(finding, verdict))
    const [first = '', ...rest] = told
    const head = `${verdict === 'by design' ? `by design: ${note}. ` : ''}${remark === undefined ? '' : `${remark}. `}`
    if (rest.length === 0) lines.push(`- ${title}: ${head}${first}`)
    else lines.push(`- ${title}: ${head}`.trimEnd(), ...told.map((story) => `  - ${story}`))
  }
  const hasFindings = REQUIREMENTS.some(({ id }) => cells[id].findings.length > 0)
  return [
    `### ${library}`,
    '',
    ...(hasFindings ? [] : ['Nothing found.', '']),
    ...lines,
    ...(lines.length > 0 ? [''] : []),
  ]
}

function tell(finding: Finding, verdict: Verdict): string {
  const cure = finding.curedByTimeout === true ? ' Not with its own time limit on.' : ''
  const design = finding.designed === undefined || verdict === 'by design' ? '' : ` By design: ${finding.designed}.`
  return `${storyOf(finding)}${cure}${design}`
}

export function knownLines(searches: readonly Search[]): string[] {
  return searches.map(({ defect, found }) => {
    const how =
      found === undefined ? 'NOT FOUND' : found.byPath ? `found in ${found.story.length} steps` : 'found by hand'
    return `${defect.library}: ${defect.says}: ${how}`
  })
}
