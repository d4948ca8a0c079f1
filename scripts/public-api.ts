// npm run api: writes test/package/public-api/, one file for each entry: the names that it exports, with their types, as tsc
// declares them. A change of the public surface is a change of these files. The declarations are made from the sources.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Declarations, type Declared, keyOf } from './declarations.ts'
import { ENTRIES, type Entry } from './entries.ts'
import { tsc } from './tsc.ts'

const REPOSITORY = resolve(import.meta.dirname, '..')
export const BASELINES = join(REPOSITORY, 'test/package/public-api')

/** The file of an entry, in `BASELINES`. */
export const baselineOf = ({ name }: Entry) => `${name}.txt`

/** What each entry exports, as text, by its baseline. */
export function publicApi(): ReadonlyMap<string, string> {
  const folder = mkdtempSync(join(tmpdir(), 'switchgear-api-'))
  try {
    declare(folder)
    const declarations = new Declarations(folder)
    const owners = ownersOf(declarations)
    return new Map(ENTRIES.map((entry) => [baselineOf(entry), surfaceOf(entry, declarations, owners)]))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function declare(outDir: string): void {
  const compilerOptions = {
    ...{ noEmit: false, declaration: true, emitDeclarationOnly: true, stripInternal: true, removeComments: true },
    ...{ rootDir: REPOSITORY, outDir, typeRoots: [join(REPOSITORY, 'node_modules/@types')] },
  }
  const files = ENTRIES.map(({ source }) => join(REPOSITORY, source))
  const project = join(outDir, 'tsconfig.json')
  const config = { extends: join(REPOSITORY, 'tsconfig.json'), compilerOptions, include: [], files }
  writeFileSync(project, JSON.stringify(config))
  const mistakes = tsc('-p', project)
  if (mistakes !== '') throw new Error(`the declarations could not be made:\n${mistakes}`)
}

/** The first entry that exports a declaration: others name that. */
function ownersOf(declarations: Declarations): ReadonlyMap<string, Entry> {
  const owners = new Map<string, Entry>()
  for (const entry of ENTRIES) {
    for (const { declared } of declarations.exportsOf(entry.source).values()) {
      if (!owners.has(keyOf(declared))) owners.set(keyOf(declared), entry)
    }
  }
  return owners
}

function surfaceOf(entry: Entry, declarations: Declarations, owners: ReadonlyMap<string, Entry>): string {
  const exported = declarations.exportsOf(entry.source)
  const own: Declared[] = []
  const lines: string[] = []
  for (const [name, { declared, isType }] of exported) {
    const owner = owners.get(keyOf(declared))
    const from = owner === entry ? '' : ` from '${owner?.specifier}'`
    if (owner === entry) own.push(declared)
    const named = declared.name === name ? name : `${declared.name} as ${name}`
    lines.push(`export ${isType ? 'type ' : ''}{ ${named} }${from}`)
  }
  const hidden = declarations.namedBy(own, (declared) => !owners.has(keyOf(declared)))
  const texts = (list: readonly Declared[]) => list.map((declared) => declarations.textOf(declared)).sort()
  const unnamed = hidden.length === 0 ? [] : ['// Not exported, and part of the types above:', ...texts(hidden)]
  return `${[`// ${entry.specifier}: rewritten by npm run api.`, lines.sort().join('\n'), ...texts(own), ...unnamed].join('\n\n')}\n`
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  rmSync(BASELINES, { recursive: true, force: true })
  for (const [path, text] of publicApi()) {
    mkdirSync(dirname(join(BASELINES, path)), { recursive: true })
    writeFileSync(join(BASELINES, path), text)
  }
}
