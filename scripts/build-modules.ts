// BuildModules: the JavaScript of the package. The entries of package.json, what they share in chunks, and the command line,
// of which each command is a chunk, loaded when it is called. XState stays outside, the user's; of Valibot what is used is
// inside. The packages that users install beside ours stay outside of the entries, and are inside the command line
// (build-resolution.ts), which runs where nothing is installed.
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { type OutputOptions, type Plugin, type RolldownOptions, type RolldownOutput, rolldown } from 'rolldown'
import { minify } from 'rolldown/utils'
import { pageFiles } from '../src/observe/dashboard/page-files.ts'
import { CORE_CHUNKS, coreModules } from './build-chunks.ts'
import { peersIn, writePeers } from './build-peers.ts'
import { isOfCommandLine, PAGE, PAGE_BELOW, PAGE_HERE, resolution } from './build-resolution.ts'
import { ENTRIES } from './entries.ts'
import { licencesOf } from './third-party.ts'

const REPOSITORY = resolve(import.meta.dirname, '..')
const LIBRARY = {
  ...Object.fromEntries(ENTRIES.map(({ name, source }) => [name, source])),
  'peers/missing-peer': 'src/core/options/missing-peer.ts',
}
const COMMAND_LINE = {
  'cli/switchgear': 'src/cli/switchgear.ts',
  'cli/switchgear-generate': 'src/testing/generate/cli.ts',
  'cli/service': 'src/cli/demo/service.ts',
}
const COMMENTS = { legal: false, annotation: true, jsdoc: false } as const

/** Into the folder itself, and the command line into its cli/. */
export async function buildModules(dist: string): Promise<void> {
  const modules = new Set<string>()
  const seen: Plugin = {
    name: 'seen',
    renderChunk(code, chunk) {
      for (const id of chunk.moduleIds) modules.add(id)
      // Nobody debugs the command line in a program of his own.
      if (chunk.fileName.startsWith('cli/')) return minified(chunk.fileName, code)
      // The bundler has every chunk load what the packages of the command line need. Nothing else uses it.
      const own = code.replace(/^import "[./]+\/cli\/chunk-rolldown-runtime\.js";\n/m, '')
      // What Node's require gives of a module that has this export: the class itself, as module.exports is in cjs/.
      if (chunk.isEntry && chunk.exports.join() === 'default') {
        return `${own}export { default as 'module.exports' } from './${basename(chunk.fileName)}'\n`
      }
      return own
    },
  }
  const output = await bundle(
    { input: { ...LIBRARY, ...COMMAND_LINE }, plugins: [resolution, seen] },
    {
      dir: dist,
      format: 'es',
      entryFileNames: '[name].js',
      // What a module of the command line finds by import.meta.url is beside its entries.
      chunkFileNames: ({ moduleIds }) => `${moduleIds.every(isOfCommandLine) ? 'cli/' : ''}chunk-[name].js`,
    },
  )
  writePeers(dist, peersIn(output))
  writeFileSync(join(dist, PAGE), `exports.pageFiles = ${JSON.stringify(pageFiles)}\n`)
  writeFileSync(join(dist, 'THIRD-PARTY-LICENSES.txt'), licencesOf('switchgear', modules))
  chmodSync(join(dist, 'cli/switchgear.js'), 0o755)
  chmodSync(join(dist, 'cli/switchgear-generate.js'), 0o755)
}

/** The entries again, into cjs/: small, but with the names that are in a stack trace. */
export async function buildCommonJs(dist: string): Promise<void> {
  await bundle(
    { input: LIBRARY, plugins: [resolution] },
    {
      dir: join(dist, 'cjs'),
      format: 'cjs',
      entryFileNames: '[name].cjs',
      chunkFileNames: 'chunk-[name].cjs',
      minify: { compress: { keepNames: { function: true, class: true } }, mangle: { keepNames: true } },
      paths: (id) => (id === PAGE_HERE ? PAGE_BELOW : id.replace(/^#(peers\/.*)$/, './$1.cjs')),
      // Jest as it comes can't import().
      dynamicImportInCjs: false,
    },
  )
}

async function bundle(options: RolldownOptions, output: OutputOptions): Promise<RolldownOutput['output']> {
  const made = await rolldown({
    cwd: REPOSITORY,
    platform: 'node',
    transform: { target: 'node20' },
    onLog: (_, log) => {
      throw new Error(log.message)
    },
    ...options,
    plugins: [options.plugins, coreModules],
  })
  mkdirSync(resolve(output.dir ?? '.'), { recursive: true })
  const written = await made.write({ comments: COMMENTS, codeSplitting: { groups: CORE_CHUNKS }, ...output })
  return written.output
}

async function minified(file: string, code: string): Promise<string> {
  const { code: small, errors } = await minify(file, code, { module: true })
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`)
  return small
}
