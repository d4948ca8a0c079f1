// npm run build: the package, into dist/ (or the folder given). Entries and what they share are modules (build-modules.ts),
// and so is the command line; CommonJS in cjs/ is for Jest and for what knows no `module-sync`; build-types.ts makes one
// file of types an entry and format. No source maps: the modules are our lines without their types and comments.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { buildCommonJs, buildModules } from './build-modules.ts'
import { writePage } from './build-page.ts'
import { buildTypes } from './build-types.ts'
import { tsc } from './tsc.ts'

const REPOSITORY = resolve(import.meta.dirname, '..')

/** Empties the folder and builds into it. What the compiler has to say; nothing if all is well. */
export async function build(folder: string): Promise<string> {
  await writePage()
  const dist = resolve(folder)
  rmSync(dist, { recursive: true, force: true })
  const declarations = mkdtempSync(join(tmpdir(), 'switchgear-types-'))
  try {
    // Checks the sources, and writes the types of each.
    const mistakes = tsc('-p', 'tsconfig.build.json', '--outDir', declarations)
    if (mistakes !== '') return mistakes
    await buildTypes(declarations, dist)
  } finally {
    rmSync(declarations, { recursive: true })
  }
  await buildModules(dist)
  await buildCommonJs(dist)
  return ''
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const mistakes = await build(process.argv[2] ?? join(REPOSITORY, 'dist'))
  process.stdout.write(mistakes)
  process.exitCode = mistakes === '' ? 0 : 1
}
