// npm run check:package: packs what was built and looks at the tarball as a stranger's tools do: publint at its exports,
// arethetypeswrong at its types, and here at the list of its files. Any remark of theirs is a failure.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const EXPECTED = /^(dist\/.+\.(js|d\.ts)|package\.json|README\.md|LICENSE|CHANGELOG\.md)$/
const REQUIRED = ['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md', 'dist/src/index.js', 'dist/src/index.d.ts']

interface Packed {
  readonly filename: string
  readonly size: number
  readonly files: readonly { readonly path: string }[]
}

function pack(folder: string): Packed {
  // Without scripts: what they print would stand before the JSON, and prepack would only build again.
  const json = execFileSync('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [packed] = JSON.parse(json) as Packed[]
  if (packed === undefined) throw new Error('npm pack made no tarball')
  return packed
}

/** Runs a tool of node_modules/.bin and says whether it was content; what it has to say is shown if it was not. */
function passes(tool: string, ...args: string[]): boolean {
  const { status, error, stdout } = spawnSync(join('node_modules', '.bin', tool), args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (error !== undefined) throw error
  console.log(status === 0 ? `${tool}: no remarks` : stdout)
  return status === 0
}

function mistakesIn(files: readonly string[]): string[] {
  return [
    ...files.filter((path) => !EXPECTED.test(path)).map((path) => `the tarball holds ${path}, which nobody needs`),
    ...REQUIRED.filter((path) => !files.includes(path)).map((path) => `the tarball lacks ${path}`),
  ]
}

const folder = mkdtempSync(join(tmpdir(), 'switchgear-package-'))
try {
  const { filename, size, files } = pack(folder)
  const tarball = join(folder, filename)
  const mistakes = mistakesIn(files.map(({ path }) => path))
  // CommonJS callers are told to use import: that is what ESM-only means. Every other remark counts.
  if (!passes('attw', '--profile', 'esm-only', '--format', 'ascii', tarball))
    mistakes.push('attw found mistakes in the types')
  if (!passes('publint', 'run', '--strict', tarball)) mistakes.push('publint found mistakes in package.json')
  for (const mistake of mistakes) console.error(mistake)
  console.log(`${files.length} files, ${(size / 1024).toFixed(0)} kB packed, ${mistakes.length} mistakes`)
  process.exitCode = mistakes.length > 0 ? 1 : 0
} finally {
  rmSync(folder, { recursive: true, force: true })
}
