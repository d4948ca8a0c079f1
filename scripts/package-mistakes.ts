// PackageMistakes: what must be so in package.json and in the tarball's list of files, beyond what publint and
// arethetypeswrong look at. `check-package` reads it.

export interface Manifest {
  readonly version: string
  readonly exports: Readonly<Record<string, unknown>>
  readonly typesVersions: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>
  readonly homepage?: string
  readonly bugs?: { readonly url?: string }
  readonly repository?: { readonly url?: string }
}

const EXPECTED =
  /^(dist\/[\w./@-]+\.(js|cjs|d\.ts|d\.cts)|dist\/THIRD-PARTY-LICENSES\.txt|docs\/(breakers\.schema\.json|monitoring\/.+)|package\.json|(README|CHANGELOG)\.md|LICENSE)$/
const REQUIRED = ['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md', 'dist/THIRD-PARTY-LICENSES.txt']
const WAYS = 'import module-sync require'
/** Hono is one for import and another for require, so here its guard must be, too. */
const WAYS_OF_TWO = 'import require'
const TWO = ['./hono']
/** What a circuit breaker may weigh; hono is of 577 files and 2.2 MB. */
const MOST = { files: 250, unpacked: 3_000_000, packed: 700_000 }

/** No such place exists yet: good for 0.1.0 until the day it is published, and refused from then on. */
const PLACEHOLDER = 'github.com/switchgear/switchgear'
const UNPUBLISHED = '0.1.0'

/** As npm pack tells it, in bytes. */
export interface Packed {
  readonly size: number
  readonly unpackedSize: number
  readonly files: readonly { readonly path: string }[]
}

/** `isPublishing`: the package is about to leave this machine. */
export function mistakesInPackage(manifest: Manifest, packed: Packed, isPublishing: boolean): string[] {
  const files = packed.files.map(({ path }) => path)
  return [
    ...mistakesInFiles(files),
    ...mistakesInWeight(packed),
    ...mistakesInEntries(manifest, files),
    ...mistakesInAddresses(manifest, isPublishing),
  ]
}

function mistakesInFiles(files: readonly string[]): string[] {
  return [
    ...files.filter((path) => !EXPECTED.test(path)).map((path) => `the tarball holds ${path}, which nobody needs`),
    ...REQUIRED.filter((path) => !files.includes(path)).map((path) => `the tarball lacks ${path}`),
  ]
}

function mistakesInWeight({ size, unpackedSize, files }: Packed): string[] {
  const weight = { files: files.length, unpacked: unpackedSize, packed: size }
  return Object.entries(MOST)
    .filter(([name, most]) => weight[name as keyof typeof MOST] > most)
    .map(([name, most]) => `the tarball has ${weight[name as keyof typeof MOST]} of ${name}, at most ${most} is light`)
}

/**
 * Every entry is there for `import`, for what requires modules (`module-sync`, which gives the same instance as `import`) and for
 * `require`, in this order, with types, which stand first or are not found. Old resolvers find the types by `typesVersions`.
 */
function mistakesInEntries({ exports, typesVersions }: Manifest, files: readonly string[]): string[] {
  const entries = Object.entries(exports).filter(([entry]) => !entry.endsWith('.json'))
  if (entries.length === 0) return ['package.json exports nothing']
  return entries.flatMap(([entry, value]) => {
    const conditions = value as Readonly<Record<string, Readonly<Record<string, string>>>>
    const order = Object.keys(conditions).join(' ')
    const expected = TWO.includes(entry) ? WAYS_OF_TWO : WAYS
    if (order !== expected) return [`exports["${entry}"] has "${order}", not "${expected}"`]
    const mistakes = Object.entries(conditions).flatMap(([way, targets]) =>
      mistakesInTargets(entry, way, targets, files),
    )
    const { import: imported, 'module-sync': required = imported } = conditions
    if (imported?.['default'] !== required?.['default']) {
      mistakes.push(`exports["${entry}"] has one instance for import and another for module-sync`)
    }
    const types = typesVersions['*']?.[entry.replace('./', '')]
    if (entry !== '.' && types?.join() !== conditions['require']?.['types']) {
      mistakes.push(`typesVersions has ${types} for "${entry}", exports has ${conditions['require']?.['types']}`)
    }
    return mistakes
  })
}

function mistakesInTargets(
  entry: string,
  way: string,
  targets: Readonly<Record<string, string>>,
  files: readonly string[],
): string[] {
  const order = Object.keys(targets).join(' ')
  if (order !== 'types default') return [`exports["${entry}"].${way} has "${order}", not "types default"`]
  const missing = Object.values(targets).filter((path) => !files.includes(path.replace('./', '')))
  return missing.map((path) => `exports["${entry}"].${way} names ${path}, which is not packed`)
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
