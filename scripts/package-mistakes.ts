// PackageMistakes: what must be so in package.json and in the tarball's list of files, beyond what publint and
// arethetypeswrong look at. `check-package` reads it.

type Exports = Readonly<Record<string, unknown>>

export interface Manifest {
  readonly version: string
  readonly exports: Exports
  readonly homepage?: string
  readonly bugs?: { readonly url?: string }
  readonly repository?: { readonly url?: string }
}

const EXPECTED =
  /^(dist\/.+\.(c?js|c?js\.map|d\.c?ts)|dist\/cjs\/package\.json|dist\/cli\/THIRD-PARTY-LICENSES\.txt|docs\/.+\.(md|json|yml)|package\.json|(README|CHANGELOG|CONFORMANCE)\.md|LICENSE)$/
const REQUIRED = ['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md', 'CONFORMANCE.md', 'dist/cjs/package.json']

/** No such place exists yet: good for 0.1.0 until the day it is published, and refused from then on. */
const PLACEHOLDER = 'github.com/switchgear/switchgear'
const UNPUBLISHED = '0.1.0'

/** `isPublishing`: the package is about to leave this machine. */
export function mistakesInPackage(manifest: Manifest, files: readonly string[], isPublishing: boolean): string[] {
  return [
    ...mistakesInFiles(files),
    ...mistakesInEntries(manifest.exports, files),
    ...mistakesInAddresses(manifest, isPublishing),
  ]
}

function mistakesInFiles(files: readonly string[]): string[] {
  // The bundle of the command line is not minified, and nobody debugs it in his own program.
  const modules = files.filter((path) => path.endsWith('.js') && !path.startsWith('dist/cli/'))
  return [
    ...files.filter((path) => !EXPECTED.test(path)).map((path) => `the tarball holds ${path}, which nobody needs`),
    ...REQUIRED.filter((path) => !files.includes(path)).map((path) => `the tarball lacks ${path}`),
    ...modules.filter((path) => !files.includes(`${path}.map`)).map((path) => `${path} has no source map`),
  ]
}

/** Every entry is there for `import` and for `require`, each with its own types, which stand first or are not found. */
function mistakesInEntries(exports: Exports, files: readonly string[]): string[] {
  const entries = Object.entries(exports).filter(([entry]) => !entry.endsWith('.json'))
  if (entries.length === 0) return ['package.json exports nothing']
  return entries.flatMap(([entry, conditions]) =>
    ['import', 'require'].flatMap((way) => {
      const targets = (conditions as Readonly<Record<string, Readonly<Record<string, string>>>>)[way] ?? {}
      const order = Object.keys(targets).join(' ')
      if (order !== 'types default') return [`exports["${entry}"].${way} has "${order}", not "types default"`]
      const missing = Object.values(targets).filter((path) => !files.includes(path.replace('./', '')))
      return missing.map((path) => `exports["${entry}"].${way} names ${path}, which is not packed`)
    }),
  )
}

function mistakesInAddresses(manifest: Manifest, isPublishing: boolean): string[] {
  const { version, homepage, bugs, repository } = manifest
  const addresses = { homepage, bugs: bugs?.url, repository: repository?.url }
  return Object.entries(addresses).flatMap(([name, address]) => {
    if (address === undefined) return [`package.json has no ${name}`]
    if (!address.includes(PLACEHOLDER) || (version === UNPUBLISHED && !isPublishing)) return []
    return [`${name} is still the placeholder ${address}: say where the package lives before you publish it`]
  })
}
