// Tree: a YAML document as maps, lists and scalars with their positions. Aliases lead to the node they name, which is there
// once: what unfolds to gigabytes elsewhere stays as small as the file. Merge keys (`<<`) are filled in.
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseDocument,
  type Scalar,
  type YAMLMap,
} from 'yaml'
import { printable } from '../core/options/index.ts'
import { Findings, type Span } from './findings.ts'

export interface MapEntry {
  readonly key: string
  readonly at: Span
  readonly value: Tree
  /** From a merge key: the map's own values take precedence. */
  readonly isMerged: boolean
}
export type Tree =
  | { readonly kind: 'scalar'; readonly value: unknown; readonly at: Span }
  | { readonly kind: 'list'; readonly at: Span }
  | { readonly kind: 'map'; readonly entries: readonly MapEntry[]; readonly at: Span }
export type MapTree = Extract<Tree, { kind: 'map' }>

/** Merge keys copy: without a limit, a few lines of them would fill the memory. */
export const MOST_ENTRIES = 100_000

/** The tree of a text, or `null`: then the mistakes are in `findings`. */
export function treeOf(file: string, text: string): { tree: Tree | null; findings: Findings } {
  const lines = new LineCounter()
  // Its own check for keys that are there twice takes quadratic time.
  const options = { lineCounter: lines, prettyErrors: false, uniqueKeys: false } as const
  const document = parseDocument(text, options)
  const findings = new Findings(file, text, lines)
  let line = 0
  for (const { code, message, pos } of document.errors) {
    // The rest of a line that could not be read is no mistake of its own.
    if (lines.linePos(pos[0]).line === line) continue
    line = lines.linePos(pos[0]).line
    findings.mistake(
      '',
      `YAML or JSON${hintFor(code, text, pos[0])}`,
      `an error: ${printable(firstLine(message))}`,
      pos,
    )
  }
  if (document.errors.length > 0) return { tree: null, findings }
  return { tree: new Reader(findings).read(document), findings }
}

const HINTS: Readonly<Record<string, string>> = {
  MULTIPLE_DOCS: ' of one document',
  TAB_AS_INDENT: ' indented with spaces',
}

function hintFor(code: string, text: string, at: number): string {
  if (text[at - 1] === '$') return ', in which a variable within braces is in quotes'
  const line = text.slice(text.lastIndexOf('\n', at) + 1, at)
  if (/^\s*\*/.test(line)) return ", in which a name that begins with * is in quotes: '*-db'"
  return HINTS[code] ?? ''
}

function firstLine(message: string): string {
  return message.replace(/\n[\s\S]*/, '').replace('; please use YAML.parseAllDocuments()', '')
}

class Reader {
  readonly #findings: Findings
  readonly #anchors = new Map<string, Tree>()
  #entries = 0

  constructor(findings: Findings) {
    this.#findings = findings
  }

  read({ contents }: Document): Tree {
    return this.#treeOf(contents, [0, 0])
  }

  #treeOf(node: unknown, near: Span): Tree {
    if (isAlias(node)) {
      const at = spanOf(node, near)
      const target = this.#anchors.get(node.source)
      if (target !== undefined) return target
      const expected = `an anchor &${printable(node.source, 80)} that ends before it; a name that begins with * is in quotes`
      this.#findings.mistake('', expected, `*${printable(node.source, 80)}`, at)
      return { kind: 'scalar', value: null, at }
    }
    if (!isMap(node) && !isSeq(node) && !isScalar(node)) return { kind: 'scalar', value: null, at: near }
    const at = spanOf(node, near)
    if (node.tag !== undefined && !/^tag:yaml\.org,2002:(str|int|float|bool|null|map|seq)$/.test(node.tag)) {
      this.#findings.mistake('', 'no tag: they make nothing here', `the tag ${printable(node.tag, 80)}`, at)
    }
    const tree: Tree = isMap(node)
      ? { kind: 'map', entries: this.#entriesOf(node, at), at }
      : isSeq(node)
        ? this.#listOf(node.items, at)
        : { kind: 'scalar', value: node.value, at }
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, tree)
    return tree
  }

  /** Nothing here takes a list; an anchor may be in one. */
  #listOf(items: readonly unknown[], at: Span): Tree {
    for (const item of items) this.#treeOf(item, at)
    return { kind: 'list', at }
  }

  #entriesOf(map: YAMLMap, at: Span): MapEntry[] {
    const own = new Map<string, MapEntry>()
    const merged: MapEntry[] = []
    for (const pair of map.items as Pair[]) {
      const { key, value } = pair
      const keyAt = spanOf(key, at)
      const name = isScalar(key) ? nameOf(key) : null
      if (name === null) this.#findings.mistake('', 'a key that is text', 'a list, a map or an alias', keyAt)
      else if (name === '<<' && isScalar(key) && key.type === 'PLAIN') merged.push(...this.#mergedOf(value, keyAt))
      else {
        if (own.has(name)) this.#findings.mistake(name, 'each key once', 'a key that is there already', keyAt)
        const tree = this.#treeOf(value, keyAt)
        own.set(name, { key: name, at: keyAt, value: tree, isMerged: false })
      }
    }
    this.#count(own.size, at)
    // If several maps are merged, the first takes precedence.
    for (const entry of merged) if (!own.has(entry.key)) own.set(entry.key, entry)
    return [...own.values()]
  }

  #mergedOf(value: unknown, at: Span): MapEntry[] {
    const sources = isSeq(value) ? value.items : [value]
    return sources.flatMap((source) => {
      const tree = this.#treeOf(source, at)
      if (tree.kind === 'map') {
        this.#count(tree.entries.length, at)
        return tree.entries.map((entry) => ({ ...entry, isMerged: true }))
      }
      this.#findings.mistake('<<', 'a map, or a list of maps', 'something else', at)
      return []
    })
  }

  #count(entries: number, at: Span): void {
    this.#entries += entries
    if (this.#entries <= MOST_ENTRIES) return
    throw this.#findings.tooMuch(MOST_ENTRIES, at)
  }
}

/** A key `5` or `null` is a name, too, as it is written. */
function nameOf({ value, source }: Scalar): string | null {
  if (typeof value === 'string') return value
  return source ?? String(value)
}

function spanOf(node: unknown, near: Span): Span {
  const range = (node as { range?: readonly [number, number, number] | null } | null)?.range
  return range ? [range[0], range[1]] : near
}
