// Entries: what can be imported from the package, read from `exports` in package.json, and the module of each. The build,
// the checks of the package and of the documents, and the tests of every entry ask here.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const REPOSITORY = resolve(import.meta.dirname, '..')

export interface Entry {
  /** As users write it: `switchgear`, `switchgear/fetch`. */
  readonly specifier: string
  /** `index` of the package itself, `fetch`. */
  readonly name: string
  /** As in `src/http/fetch/index.ts`. */
  readonly source: string
}

const { exports } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')) as {
  exports: Readonly<Record<string, unknown>>
}

export const ENTRIES: readonly Entry[] = Object.keys(exports)
  .filter((path) => !path.endsWith('.json'))
  .map((path) => {
    const name = path === '.' ? 'index' : path.slice('./'.length)
    return { specifier: join('switchgear', path), name, source: sourceOf(name) }
  })

/** The one module that an entry can be: `src/pure.ts`, `machines/index.ts`, `src/fleet/index.ts`, `src/http/fetch/index.ts`. */
function sourceOf(name: string): string {
  const exists = (place: string) => existsSync(join(REPOSITORY, place))
  // A folder with an entry of its own is no group of rooms: `src/fleet/testing/` is `fleet/testing`.
  const groups = readdirSync(join(REPOSITORY, 'src')).filter((folder) => !exists(`src/${folder}/index.ts`))
  const inGroups = groups.map((group) => `src/${group}/${name}/index.ts`)
  const found = [`src/${name}.ts`, `${name}/index.ts`, `src/${name}/index.ts`, ...inGroups].filter(exists)
  const [source] = found
  if (source === undefined || found.length > 1) {
    throw new Error(
      `exports in package.json has ${name}: expected one module of that name, found ${found.join(', ') || 'none'}`,
    )
  }
  return source
}
