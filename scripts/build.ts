// npm run build: compiles the package twice, into dist/ (or the folder given) as ES modules and into its cjs/ as CommonJS,
// each with its types.
// Two compilations and no bundler: one file of ours stays one file of theirs, in stack traces and in source maps. The
// command line is bundled (build-cli.ts), and so is the dashboard's page (build-page.ts), for who installs nothing else.
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { buildCli } from './build-cli.ts'
import { writePage } from './build-page.ts'

const REPOSITORY = resolve(import.meta.dirname, '..')

/** Empties the folder and builds into it. What the compiler has to say; nothing if all is well. */
export async function build(folder: string): Promise<string> {
  await writePage()
  const dist = resolve(folder)
  rmSync(dist, { recursive: true, force: true })
  const commonjs = join(dist, 'cjs')
  const mistakes = compile('tsconfig.build.json', dist) + compile('tsconfig.cjs.json', commonjs)
  mkdirSync(commonjs, { recursive: true })
  // Without it Node and TypeScript would read these files as the modules that the package's own package.json speaks of.
  writeFileSync(join(commonjs, 'package.json'), '{ "type": "commonjs" }\n')
  if (mistakes === '') await buildCli(dist)
  return mistakes
}

function compile(project: string, outDir: string): string {
  const tsc = join(REPOSITORY, 'node_modules/typescript/bin/tsc')
  const options = ['-p', project, '--outDir', outDir, '--pretty', 'false']
  const { error, status, stdout } = spawnSync(process.execPath, [tsc, ...options], {
    cwd: REPOSITORY,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (error !== undefined) throw error
  return status === 0 || stdout !== '' ? stdout : `tsc -p ${project} ended with ${status}\n`
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const mistakes = await build(process.argv[2] ?? join(REPOSITORY, 'dist'))
  process.stdout.write(mistakes)
  process.exitCode = mistakes === '' ? 0 : 1
}
