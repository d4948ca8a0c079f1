// BuildCli: the command line as a user runs it: bundled with all it needs, but for XState and Valibot, which the package
// brings anyway. Each command is a chunk of its own, loaded when it is called. As a script: into the folder given, or dist.
import { chmodSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'vite'
import { licencesOf } from './third-party.ts'

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
        input: { switchgear: 'src/cli/switchgear.ts', service: 'src/cli/demo/service.ts' },
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
  writeFileSync(join(outDir, 'THIRD-PARTY-LICENSES.txt'), licencesOf('The command line of switchgear', modules))
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await buildCli(process.argv[2] ?? join(REPOSITORY, 'dist'))
}
