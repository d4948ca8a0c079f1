// BuildCli: the command line as a user runs it: bundled with all it needs, but for XState and Valibot, which the package
// brings anyway. Each command is a chunk of its own, loaded when it is called. As a script: into the folder given, or dist.
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'vite'

const REPOSITORY = resolve(import.meta.dirname, '..')
const EXTERNAL = [/^node:/, /^xstate($|\/)/, /^valibot($|\/)/]

/** Empties `cli` in the folder and builds into it. @throws what the bundler has to say */
export async function buildCli(dist: string): Promise<void> {
  const outDir = join(resolve(dist), 'cli')
  rmSync(outDir, { recursive: true, force: true })
  const modules = new Set<string>()
  await build({
    root: REPOSITORY,
    configFile: false,
    logLevel: 'error',
    build: {
      ssr: true,
      outDir,
      emptyOutDir: true,
      target: 'node20',
      minify: false,
      copyPublicDir: false,
      rolldownOptions: {
        input: { switchgear: 'src/cli/switchgear.ts', service: 'src/demo/service.ts' },
        external: EXTERNAL,
        output: {
          format: 'es',
          entryFileNames: '[name].js',
          // Beside the entries: what a module finds by import.meta.url is where it is.
          chunkFileNames: 'chunk-[name]-[hash].js',
          comments: { legal: false, annotation: true, jsdoc: false },
        },
        onwarn(warning) {
          throw new Error(warning.message)
        },
      },
    },
    ssr: { noExternal: true },
    plugins: [
      {
        name: 'modules',
        generateBundle(_, bundle) {
          for (const chunk of Object.values(bundle)) {
            if (chunk.type === 'chunk') for (const id of chunk.moduleIds) modules.add(id)
          }
        },
      },
    ],
  })
  chmodSync(join(outDir, 'switchgear.js'), 0o755)
  writeFileSync(join(outDir, 'THIRD-PARTY-LICENSES.txt'), licencesOf(modules))
}

/** Of every package that a module in the bundle is of. @throws if one has none */
function licencesOf(modules: ReadonlySet<string>): string {
  const folders = new Set([...modules].flatMap((id) => packageFolderOf(id) ?? []))
  const texts = [...folders].map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry))
    if (file === undefined) throw new Error(`${name} has no licence in ${folder}`)
    return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`
  })
  const rule = `\n${'-'.repeat(80)}\n\n`
  return ['The command line of switchgear holds these packages.\n', ...texts.toSorted()].join(rule)
}

interface Manifest {
  readonly name: string
  readonly version: string
  readonly license: string
}

function packageFolderOf(id: string): string | null {
  const at = id.lastIndexOf('/node_modules/')
  if (at < 0 || id.startsWith('\0')) return null
  let folder = dirname(id.replace(/[?#].*$/, ''))
  while (folder.length > at) {
    // A folder within a package may have a package.json that says no more than how its modules are read.
    if (existsSync(join(folder, 'package.json')) && isManifest(join(folder, 'package.json'))) return folder
    folder = dirname(folder)
  }
  return null
}

function isManifest(file: string): boolean {
  const { name, version } = JSON.parse(readFileSync(file, 'utf8')) as Partial<Manifest>
  return name !== undefined && version !== undefined
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await buildCli(process.argv[2] ?? join(REPOSITORY, 'dist'))
}
