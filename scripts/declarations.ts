// Declarations: a folder of .d.ts files, asked for what a module exports, where that is declared, and what its types name.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseSync } from 'vite'

/** Something of a name, declared in a module of the tree: `src/fleet/store.ts`. */
export interface Declared {
  readonly file: string
  readonly name: string
}

/** What an entry exports under a name. */
export interface Exported {
  readonly declared: Declared
  /** There is nothing of it at run time. */
  readonly isType: boolean
}

/** A node of a syntax tree, and how to look into one. */
export type Node = { readonly type: string; readonly start: number; readonly end: number } & Readonly<
  Record<string, unknown>
>

interface Module {
  readonly text: string
  /** The statements that declare a name: several where it is overloaded. */
  readonly declared: ReadonlyMap<string, readonly Node[]>
  /** Where a name of the module's own comes from, `*` for all of a module; what comes from a package is left out. */
  readonly imported: ReadonlyMap<string, Declared>
  readonly exported: ReadonlyMap<string, Exported>
}

export const keyOf = ({ file, name }: Declared) => `${file} ${name}`

/** Where a type names another: members and parameters have identifiers, too, which name nothing. */
const NAMING = ['typeName', 'exprName', 'expression', 'superClass']

export class Declarations {
  readonly #folder: string
  readonly #modules = new Map<string, Module>()

  constructor(folder: string) {
    this.#folder = folder
  }

  /** By the name that it is exported under, what an entry exports of the tree. */
  exportsOf(file: string): ReadonlyMap<string, Exported> {
    const found = new Map<string, Exported>()
    for (const [name, { declared, isType }] of this.#moduleOf(file).exported) {
      const source = this.#sourceOf(declared)
      found.set(name, { declared: source, isType: isType || this.#isType(source) })
    }
    return found
  }

  /** A name can be that of an interface and of a constant, too. */
  #isType({ file, name }: Declared): boolean {
    const nodes = this.#moduleOf(file).declared.get(name) ?? []
    return nodes.every((node) => /^TS(Interface|TypeAlias)/.test((nodeAt(node, 'declaration') ?? node).type))
  }

  /** The declaration as tsc writes it. */
  textOf({ file, name }: Declared): string {
    const { text, declared } = this.#moduleOf(file)
    const nodes = declared.get(name) ?? []
    const bare = (node: Node) => text.slice(node.start, node.end).replace(/^(export )?(default )?(declare )?/, '')
    return nodes.map(bare).join('\n')
  }

  /** What these name, and what that names, as long as it is wanted. */
  namedBy(start: readonly Declared[], isWanted: (declared: Declared) => boolean): Declared[] {
    const seen = new Set(start.map(keyOf))
    const found: Declared[] = []
    const queue = [...start]
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      for (const declared of this.#directlyNamedBy(next)) {
        if (seen.has(keyOf(declared)) || !isWanted(declared)) continue
        seen.add(keyOf(declared))
        found.push(declared)
        queue.push(declared)
      }
    }
    return found
  }

  #directlyNamedBy({ file, name }: Declared): Declared[] {
    const { declared, imported } = this.#moduleOf(file)
    return (declared.get(name) ?? []).flatMap((statement) => {
      return namesIn(statement, file).flatMap((named) => {
        if (typeof named !== 'string') return [this.#sourceOf(named)]
        const [local = '', inner] = named.split('.')
        const from = imported.get(local)
        if (from?.name === '*') return [this.#sourceOf({ file: from.file, name: inner ?? '' })]
        if (from !== undefined) return [this.#sourceOf(from)]
        return declared.has(local) ? [{ file, name: local }] : []
      })
    })
  }

  /** Follows what a module exports again to where it is declared. */
  #sourceOf(declared: Declared): Declared {
    const module = this.#moduleOf(declared.file)
    if (module.declared.has(declared.name)) return declared
    const next = module.exported.get(declared.name)?.declared ?? module.imported.get(declared.name)
    if (next === undefined) throw new Error(`${declared.file}: nothing of the name ${declared.name} is declared`)
    return this.#sourceOf(next)
  }

  #moduleOf(file: string): Module {
    const known = this.#modules.get(file)
    if (known !== undefined) return known
    const text = readFileSync(join(this.#folder, file.replace(/\.ts$/, '.d.ts')), 'utf8')
    const module = read(file, text, (other) => this.#moduleOf(other).exported)
    this.#modules.set(file, module)
    return module
  }
}

export const nodeAt = (node: Node, key: string) => (node[key] ?? null) as Node | null
export const nodesAt = (node: Node, key: string) => (node[key] ?? []) as readonly Node[]
export const nameOf = (node: Node | null) => String(node?.['name'] ?? node?.['value'] ?? '')
const targetOf = (file: string, source: Node) => join(dirname(file), nameOf(source))
const isRelative = (source: Node | null): source is Node => nameOf(source).startsWith('.')

function read(file: string, text: string, exportsOf: (file: string) => Module['exported']): Module {
  const declared = new Map<string, Node[]>()
  const imported = new Map<string, Declared>()
  const exported = new Map<string, Exported>()
  for (const node of parseSync('module.d.ts', text).program.body as unknown as Node[]) {
    const source = nodeAt(node, 'source')
    if (node.type === 'ExportAllDeclaration' && isRelative(source)) {
      for (const [name, from] of exportsOf(targetOf(file, source))) exported.set(name, from)
    }
    for (const specifier of nodesAt(node, 'specifiers')) {
      const local = nameOf(nodeAt(specifier, 'local'))
      if (node.type === 'ImportDeclaration') {
        const name =
          nameOf(nodeAt(specifier, 'imported')) || (specifier.type === 'ImportNamespaceSpecifier' ? '*' : 'default')
        if (isRelative(source)) imported.set(local, { file: targetOf(file, source), name })
      } else if (source === null || isRelative(source)) {
        const declared = { file: source === null ? file : targetOf(file, source), name: local }
        const isType = node['exportKind'] === 'type' || specifier['exportKind'] === 'type'
        exported.set(nameOf(nodeAt(specifier, 'exported')), { declared, isType })
      }
    }
    const declaration = node.type.startsWith('Export') ? nodeAt(node, 'declaration') : node
    for (const name of declaration === null ? [] : declaredBy(declaration)) {
      declared.set(name, [...(declared.get(name) ?? []), node])
      const exportedAs = node.type === 'ExportDefaultDeclaration' ? 'default' : name
      if (declaration !== node) exported.set(exportedAs, { declared: { file, name }, isType: false })
    }
  }
  return { text, declared, imported, exported }
}

/** The names that a declaration declares. */
export function declaredBy(declaration: Node): string[] {
  const own = nodeAt(declaration, 'id')
  if (own !== null) return [nameOf(own)]
  return nodesAt(declaration, 'declarations').map((variable) => nameOf(nodeAt(variable, 'id')))
}

/** The names that a declaration mentions, as `Fleet` or `rules.Policy`; for `import('./store.ts').FleetStore`, where that is. */
function namesIn(value: unknown, file: string, key = ''): (string | Declared)[] {
  if (Array.isArray(value)) return value.flatMap((item) => namesIn(item, file, key))
  if (typeof value !== 'object' || value === null) return []
  const node = value as Node
  if (node.type === 'Identifier') return NAMING.includes(key) ? [nameOf(node)] : []
  if (node.type === 'TSQualifiedName') return [`${nameOf(nodeAt(node, 'left'))}.${nameOf(nodeAt(node, 'right'))}`]
  const inner = Object.entries(node).flatMap(([innerKey, item]) => namesIn(item, file, innerKey))
  if (node.type !== 'TSImportType') return inner
  const source = nodeAt(node, 'source')
  const name = nameOf(nodeAt(node, 'qualifier'))
  return isRelative(source) ? [...inner, { file: targetOf(file, source), name }] : inner
}
