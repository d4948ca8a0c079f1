// The sources in one file with one thing broken, to see whether the tests notice.
import { mkdir, writeFile } from 'node:fs/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'vite'
import type { createRegistry } from '../../src/index.ts'

export interface Mutant {
  readonly name: string
  /** The requirement that it breaks. */
  readonly breaks: string
  readonly file: string
  /** Must stand in the file exactly once. */
  readonly find: string
  readonly replace: string
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
/** Below the project, so that packages resolve. */
const FOLDER = `${ROOT}.mutants`

/** The mutated package's createRegistry. */
export async function loadMutant(mutant: Mutant): Promise<typeof createRegistry> {
  const mutated = await loadMutantOf<{ createRegistry: typeof createRegistry }>('src/index.ts', mutant)
  return mutated.createRegistry
}

/** What the module at `entry` exports, of mutated sources. */
export async function loadMutantOf<Exports>(entry: string, mutant: Mutant): Promise<Exports> {
  const path = `${FOLDER}/${mutant.name.replaceAll(/\W+/g, '-')}.mjs`
  await mkdir(FOLDER, { recursive: true })
  await writeFile(path, await bundle(entry, mutant))
  return (await import(/* @vite-ignore */ pathToFileURL(path).href)) as Exports
}

async function bundle(entry: string, { name, file, find, replace }: Mutant): Promise<string> {
  let found = 0
  const breaking = {
    name: 'mutant',
    enforce: 'pre' as const,
    transform(source: string, id: string) {
      if (id !== `${ROOT}${file}`) return undefined
      found = source.split(find).length - 1
      return { code: source.replace(find, () => replace), map: null }
    },
  }
  const built = await build({
    root: ROOT,
    configFile: false,
    logLevel: 'error',
    plugins: [breaking],
    build: { ssr: entry, write: false, minify: false },
  })
  if (found !== 1) throw new Error(`mutant "${name}": expected its text once in ${file}, found it ${found} times`)
  const [chunk] = 'output' in built ? built.output : []
  if (chunk === undefined) throw new Error(`mutant "${name}" was not built`)
  return chunk.code
}
