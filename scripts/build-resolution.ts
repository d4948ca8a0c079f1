// BuildResolution: what is bundled, and what stays outside. XState and the packages that users install beside ours stay
// outside of the entries. The command line shares the chunks of the entries, but for those rooms that such a package is
// needed for (the dashboard needs hono): of these it has copies of its own, with the packages inside.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { Plugin } from 'rolldown'
import { ENTRIES } from './entries.ts'

const REPOSITORY = resolve(import.meta.dirname, '..')
const COPY = '?cli'
/**
 * The dashboard's page, in one file for both formats and the command line: it is larger than the core. It stands where the entries
 * are, and above the other two.
 */
export const PAGE = 'page-files.cjs'
export const PAGE_HERE = `./${PAGE}`
export const PAGE_BELOW = `../${PAGE}`
/** Put before the specifier of a package that the user may not have, where a module needs it at once (build-peers.ts). */
export const PEERS = '#peers/'
const { dependencies, peerDependencies } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')) as {
  readonly dependencies: Readonly<Record<string, string>>
  readonly peerDependencies: Readonly<Record<string, string>>
}
const COPIED = ENTRIES.map(({ source }) => join(REPOSITORY, dirname(source), '/')).filter(
  (room) => room !== join(REPOSITORY, 'src/') && needsPackages(room),
)

/** Of a module: its own, a copy, or a package of its own. */
export function isOfCommandLine(id: string): boolean {
  const path = id.replace(REPOSITORY, '')
  return id.endsWith(COPY) || /^\/src\/(cli|testing\/generate)\/|\/node_modules\/(?!valibot\/)|^\0/.test(path)
}

export const resolution: Plugin = {
  name: 'resolution',
  resolveId: {
    order: 'pre',
    async handler(id, importer = '', { kind }) {
      const isForCommandLine = isOfCommandLine(importer)
      if (id.endsWith('/page-files.ts')) return { id: isForCommandLine ? PAGE_BELOW : PAGE_HERE, external: true }
      const isOurs = /^[./]|^(src|machines)\/|^valibot$/.test(id)
      const isOutside = id.startsWith('node:') || packageOf(id) in dependencies || (!isOurs && !isForCommandLine)
      if (isOutside)
        return {
          id: packageOf(id) in peerDependencies && kind === 'import-statement' ? PEERS + id : id,
          external: true,
        }
      const found = await this.resolve(id, importer.replace(COPY, '') || undefined, { skipSelf: true })
      const isCopied = isForCommandLine && COPIED.some((room) => found?.id.startsWith(room))
      return found !== null && isCopied ? { ...found, id: `${found.id}${COPY}` } : found
    },
  },
  load: {
    filter: { id: /\?cli$/ },
    handler: (id) => ({ code: readFileSync(id.replace(COPY, ''), 'utf8'), moduleType: 'ts' }),
  },
}

function packageOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
}

/** Whether a module of the room imports what users have to install. */
function needsPackages(room: string): boolean {
  const specifier = new RegExp(`(from|import\\()\\s*'(${Object.keys(peerDependencies).join('|')})['/]`)
  return readdirSync(room, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .some((file) => specifier.test(readFileSync(join(room, file), 'utf8')))
}
