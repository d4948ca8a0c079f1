// npm run check:package: builds, packs, and looks at the tarball as a stranger's tools do: publint at its exports,
// arethetypeswrong at its types for old and new ways to load them, and package-mistakes at its files. Any remark is a
// failure. `--publishing`, as npm publish asks it: the addresses in package.json must be real.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from './build.ts'
import { type Manifest, mistakesInPackage, type Packed } from './package-mistakes.ts'
import { keep, placeOfTarball } from './tarball.ts'

function pack(folder: string): Packed & { readonly filename: string } {
  // Without scripts: what they print would stand before the JSON, and prepack would only build again.
  const json = execFileSync('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [packed] = JSON.parse(json) as ReturnType<typeof pack>[]
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

const folder = mkdtempSync(join(tmpdir(), 'switchgear-package-'))
try {
  const place = placeOfTarball()
  const remarks = await build('dist')
  if (remarks !== '') throw new Error(`the package does not compile:\n${remarks}`)
  const packed = pack(folder)
  const tarball = join(folder, packed.filename)
  const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest
  const mistakes = mistakesInPackage(manifest, packed, process.argv.includes('--publishing'))
  if (!passes('attw', '--format', 'ascii', tarball)) mistakes.push('attw found mistakes in the types')
  if (!passes('publint', 'run', '--strict', tarball)) mistakes.push('publint found mistakes in package.json')
  keep(tarball, place)
  for (const mistake of mistakes) console.error(mistake)
  const { files, size, unpackedSize } = packed
  const weight = `${(unpackedSize / 1e6).toFixed(2)} MB unpacked, ${(size / 1e3).toFixed(0)} kB packed`
  console.log(`${files.length} files, ${weight}, ${mistakes.length} mistakes`)
  process.exitCode = mistakes.length > 0 ? 1 : 0
} finally {
  rmSync(folder, { recursive: true, force: true })
}
