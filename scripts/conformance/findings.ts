// Findings: what was found of one library, and the verdict on each requirement that follows.
import type { Path } from '../../src/testing/index.ts'
import type { Library, RequirementId } from './library.ts'
import { REQUIREMENTS } from './requirements.ts'
import type { Divergence } from './walk.ts'

export interface Finding {
  readonly requirement: RequirementId
  readonly kind: string
  /** The steps, in words; the last is the one that went wrong. */
  readonly story: readonly string[]
  readonly difference: string
  /** Whether a generated path shows it; otherwise it is a probe by hand. */
  readonly byPath: boolean
  /** It does not happen with the library's own timeout of a call on. */
  readonly curedByTimeout?: boolean
  /** Where its documents say that it does so. */
  readonly designed?: string
}

export type Verdict = 'ok' | 'fails' | 'by design' | 'not offered' | 'not judged'

export interface Cell {
  readonly verdict: Verdict
  /** How often it was put to the test, and kept. */
  readonly kept: number
  readonly findings: readonly Finding[]
  /** What its documents say; or why it was not judged. */
  readonly note?: string
  /** What a reader must know to take the verdict for what it is. */
  readonly remark?: string
}

export interface Report {
  readonly library: string
  readonly version: string
  readonly node: string
  readonly configuredAs: string
  readonly callTimeout?: string | undefined
  readonly cells: Readonly<Record<RequirementId, Cell>>
}

/** One for each defect. */
export const nameOf = ({ requirement, kind }: { readonly requirement: RequirementId; readonly kind: string }): string =>
  `${requirement} ${kind}`

export class Findings {
  readonly #found = new Map<string, Finding>()
  readonly #kept = new Map<RequirementId, number>()

  keep(kept: Partial<Record<RequirementId, number>>, ids?: readonly RequirementId[]): void {
    for (const [id, count] of Object.entries(kept) as [RequirementId, number][]) {
      if (ids === undefined || ids.includes(id)) this.#kept.set(id, (this.#kept.get(id) ?? 0) + count)
    }
  }

  /** Of one kind, the shortest story is kept. */
  add(finding: Finding): void {
    const key = nameOf(finding)
    const known = this.#found.get(key)
    if (known === undefined || finding.story.length < known.story.length) this.#found.set(key, finding)
  }

  /** The names of what has been found so far. */
  told(): ReadonlySet<string> {
    return new Set(this.#found.keys())
  }

  cells(library: Library): Record<RequirementId, Cell> {
    const cells = REQUIREMENTS.map(({ id }) => {
      const remark = library.remarks?.[id]
      return [id, { ...this.#cell(library, id), ...(remark !== undefined && { remark }) }] as const
    })
    return Object.fromEntries(cells) as Record<RequirementId, Cell>
  }

  #cell({ notOffered, byDesign = {} }: Library, id: RequirementId): Cell {
    const kept = this.#kept.get(id) ?? 0
    const found = [...this.#found.values()].filter(({ requirement }) => requirement === id)
    // What two results do together says nothing more where one alone does it.
    const alone = found.filter(({ kind }) => !kind.includes(' and '))
    const findings = (alone.length > 0 ? alone : found).map((finding) => {
      const designed = Object.entries(byDesign).find(([start]) => finding.kind.startsWith(start))?.[1]
      return designed === undefined ? finding : { ...finding, designed }
    })
    const reason = notOffered?.[id]
    if (reason !== undefined) return { verdict: 'not offered', kept, findings: [], note: reason }
    if (findings.length === 0) return { verdict: kept > 0 ? 'ok' : 'not judged', kept, findings }
    if (findings.some(({ designed }) => designed === undefined)) return { verdict: 'fails', kept, findings }
    const notes = [...new Set(findings.map(({ designed }) => designed))]
    return { verdict: 'by design', kept, findings, note: notes.join('; ') }
  }
}

export function findingOf(path: Path, { requirement, kind, difference, at }: Divergence): Finding {
  const story = path.steps.slice(0, at + 1).map(({ says }) => says)
  // In the model they are rejected; the end of this story is about what became of them.
  const told = kind.startsWith('runs later')
    ? story.map((says) => says.replace('a call is rejected', 'a call waits'))
    : story
  return { requirement, kind, difference, story: told, byPath: true }
}
