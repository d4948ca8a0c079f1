// npm run check:layers: which module may import which, type imports included. Reads machines/ and src/ of the folder
// given (default: here), prints every import that points the wrong way and every cycle, and exits with 1 if there is one.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseSync } from 'vite'

/** A check that finds nothing to check proves nothing: there were 143 when this was written. */
const FEWEST_IMPORTS = 120
const ENTRIES = ['src/index.ts', 'src/pure.ts', 'machines/index.ts']
/**
 * What every room that takes options may use of the core's rooms, so that all say the same of a mistake, print alike, choose a
 * policy for a name alike, and have their refusals taken for that.
 */
const SHARED = [
  'src/core/edge/option-object.ts',
  'src/core/edge/named-policies.ts',
  'src/core/edge/refusal.ts',
  'src/core/edge/timeout-error.ts',
  'src/core/rules/printable.ts',
  // Tables that are written once for all who list what is in them.
  'src/core/rules/commands.ts',
  'src/core/rules/hash.ts',
  'src/core/rules/states.ts',
  'src/core/options/option-kinds.ts',
  'src/core/options/texts/index.ts',
  'src/core/options/triggers-of.ts',
]

interface Import {
  readonly from: string
  /** A file of the tree, or the specifier of a package. */
  readonly to: string
  readonly isPackage: boolean
}

/** The rooms of the core, and what each may look into besides itself. */
const CORE: Record<string, readonly string[]> = {
  'src/core/rules': [],
  machines: ['src/core/rules'],
  'src/core/edge': ['src/core/rules', 'machines'],
  'src/core/runtime': ['src/core/rules', 'machines', 'src/core/edge'],
}

/** The packages a room may use. None may use Node's modules: the core runs in browsers and edge runtimes too. */
const PACKAGES: Record<string, readonly string[]> = {
  'src/core/rules': [],
  machines: ['xstate'],
  'src/core/edge': ['xstate', 'valibot'],
  'src/core/runtime': ['xstate'],
  entry: [],
}

/** Folders of src/ that hold rooms and no file of their own. */
const GROUPS = ['core', 'observe', 'http', 'compat']

/** The room that a file is in, as in `src/testing`, `src/http/fetch` or `src/fleet/testing`; `entry` for a file of src/ itself. */
function roomOf(file: string): string {
  const [top = '', folder = '', inner = '', ...rest] = file.split('/')
  if (top === 'machines') return top
  if (inner === '') return 'entry'
  // What a room exports for tests is a room beside it: it goes by the entry, and the room does not know of it.
  if (inner === 'testing' && rest.length > 0) return `src/${folder}/testing`
  if (!GROUPS.includes(folder)) return `src/${folder}`
  if (rest.length === 0) throw new Error(`${file}: src/${folder} holds folders only`)
  return `src/${folder}/${inner}`
}

function mayImport(from: string, to: string): boolean {
  const room = roomOf(from)
  const target = roomOf(to)
  if (from === 'src/pure.ts') return target === 'src/core/rules'
  if (room === target) return room !== 'entry'
  if (room === 'entry') return target in CORE
  if (room in CORE) return CORE[room]?.includes(target) ?? false
  // What it says of the options it reads from the schema that checks them.
  if (room === 'src/core/options' && (target === 'src/core/edge' || target === 'src/core/rules')) return true
  // The command line of the kit is a command of the package's, too.
  if (room === 'src/cli' && to === 'src/testing/generate/run.ts') return true
  // Test drivers look inside, and the kit's model is the rules; nothing else looks behind the entries.
  if (room === 'src/testing' && target in CORE) return true
  if (`${room}/testing` === target) return false
  return ENTRIES.includes(to) || isEntryOfRoom(to) || SHARED.includes(to)
}

/** As `src/observe/dashboard/index.ts`; the rooms of the core have none. */
function isEntryOfRoom(file: string): boolean {
  return file === `${roomOf(file)}/index.ts`
}

function mayImportPackage(from: string, specifier: string): boolean {
  return PACKAGES[roomOf(from)]?.includes(specifier) ?? true
}

/** Every specifier of a file: import, import type, export … from, import() and the type import('…'). */
function specifiersOf(file: string): string[] {
  const { program, errors } = parseSync(file, readFileSync(file, 'utf8'))
  const [error] = errors
  if (error !== undefined) throw new Error(`${file}: ${error.message}`)
  const found: string[] = []
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) for (const item of node) visit(item)
    if (typeof node !== 'object' || node === null || Array.isArray(node)) return
    const { type, source } = node as { type?: string; source?: { value?: unknown } | null }
    if (type !== undefined && /^(Import|Export|TSImport)/.test(type) && source) {
      if (typeof source.value !== 'string') throw new Error(`${file}: an import() of something that is not a string`)
      found.push(source.value)
    }
    for (const member of Object.values(node)) visit(member)
  }
  visit(program)
  return found
}

function importsOf(root: string, from: string): Import[] {
  return specifiersOf(join(root, from)).map((specifier) => {
    if (!specifier.startsWith('.')) return { from, to: specifier, isPackage: true }
    const path = resolve(root, dirname(from), specifier)
    if (!existsSync(path)) throw new Error(`${from}: there is no ${specifier}`)
    return { from, to: relative(root, path), isPackage: false }
  })
}

/** The files of each cycle, as found by walking depth first. */
function cyclesIn(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const done = new Set<string>()
  const cycles: string[][] = []
  const walk = (file: string, path: readonly string[]): void => {
    const start = path.indexOf(file)
    if (start >= 0) cycles.push([...path.slice(start), file])
    if (start >= 0 || done.has(file)) return
    for (const next of graph.get(file) ?? []) walk(next, [...path, file])
    done.add(file)
  }
  for (const file of graph.keys()) walk(file, [])
  return cycles
}

/** What the modules of machines/ and src/ under `root` import, and every way in which they must not. */
export function checkLayers(root: string): { files: number; imports: number; mistakes: string[] } {
  const files = ['machines', 'src']
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
    )
    .filter((file) => file.endsWith('.ts'))
    .toSorted()
  const imports = files.flatMap((file) => importsOf(root, file))
  const local = imports.filter(({ isPackage }) => !isPackage)
  const graph = new Map(files.map((file) => [file, local.filter(({ from }) => from === file).map(({ to }) => to)]))
  const forbidden = imports
    .filter(({ from, to, isPackage }) => !(isPackage ? mayImportPackage(from, to) : mayImport(from, to)))
    .map(({ from, to }) => `${from} (${roomOf(from)}) must not import ${to}`)
  const cycles = cyclesIn(graph).map((cycle) => `cycle: ${cycle.join(' -> ')}`)
  return { files: files.length, imports: imports.length, mistakes: [...forbidden, ...cycles] }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { files, imports, mistakes } = checkLayers(resolve(process.argv[2] ?? '.'))
  if (imports < FEWEST_IMPORTS) mistakes.push(`saw only ${imports} imports, expected ${FEWEST_IMPORTS} or more`)
  for (const mistake of mistakes) console.error(mistake)
  console.log(`${files} files, ${imports} imports, ${mistakes.length} mistakes`)
  process.exitCode = mistakes.length > 0 ? 1 : 0
}
