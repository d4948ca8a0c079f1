// Tarball: the package of the sources as they are, built and packed, for tests that install it. Kept under
// node_modules/.cache by the hash of all that it is made of, because several test files need it and a build takes
// seconds; so it can't be stale. `check-package` leaves the one that it checked here.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { join, resolve } from 'node:path'

const REPOSITORY = resolve(import.meta.dirname, '..')
const CACHE = join(REPOSITORY, 'node_modules/.cache/switchgear')
const PAPERS = ['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md', 'docs/breakers.schema.json', 'docs/monitoring']
const MADE_OF = [
  ...PAPERS,
  ...['src', 'machines', 'tsconfig.json', 'tsconfig.build.json', 'package-lock.json'],
  ...readdirSync(join(REPOSITORY, 'scripts'))
    .filter((file) => /^(build.*|entries|statechart-picture|third-party|tsc)\.ts$/.test(file))
    .map((file) => `scripts/${file}`),
  'node_modules/typescript/package.json',
]

/** Where it is. @throws if it does not compile. */
export function tarball(): string {
  const place = placeOfTarball()
  if (!existsSync(place)) pack(place)
  return place
}

/** Ask before you build: whoever edits a file meanwhile must not find the old code under the new hash. */
export function placeOfTarball(): string {
  return join(CACHE, `${hashOf(MADE_OF)}.tgz`)
}

export function keep(packed: string, place: string): void {
  mkdirSync(CACHE, { recursive: true })
  const stale = readdirSync(CACHE).filter((name) => name.endsWith('.tgz') && join(CACHE, name) !== place)
  const copy = join(CACHE, `packed-${process.pid}`)
  cpSync(packed, copy)
  // In one step: another test file may be doing the same.
  renameSync(copy, place)
  for (const name of stale) rmSync(join(CACHE, name), { force: true })
}

function hashOf(paths: readonly string[]): string {
  const hash = createHash('sha256')
  for (const path of paths.flatMap(filesIn)) hash.update(`${path}\0`).update(readFileSync(join(REPOSITORY, path)))
  return hash.digest('hex').slice(0, 32)
}

/** The file itself, or all files of the folder; none where there is nothing. */
function filesIn(path: string): string[] {
  const at = join(REPOSITORY, path)
  if (!existsSync(at)) return []
  if (statSync(at).isFile()) return [path]
  const entries = readdirSync(at, { withFileTypes: true, recursive: true })
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
  return files.map((file) => file.slice(REPOSITORY.length + 1)).toSorted()
}

function pack(place: string): void {
  mkdirSync(CACHE, { recursive: true })
  const staging = mkdtempSync(join(CACHE, 'packing-'))
  try {
    execFileSync(process.execPath, ['--import', 'tsx', 'scripts/build.ts', join(staging, 'dist')], {
      cwd: REPOSITORY,
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    for (const name of PAPERS.filter((paper) => existsSync(join(REPOSITORY, paper)))) {
      cpSync(join(REPOSITORY, name), join(staging, name), { recursive: true })
    }
    const packed = execFileSync('npm', ['pack', '--ignore-scripts', '--silent'], {
      cwd: staging,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    keep(join(staging, packed.trim()), place)
  } finally {
    rmSync(staging, { recursive: true })
  }
}
