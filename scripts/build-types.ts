// BuildTypes: of the declarations that tsc writes, one for each source, one for each entry and format. What entries share is
// in chunks, once: as CommonJS, which modules may import too. So a type is the same type however it is loaded.
import { join, resolve } from 'node:path'
import { type Plugin, rolldown } from 'rolldown'
import { dts } from 'rolldown-plugin-dts'
import { ENTRIES } from './entries.ts'

/** Those that import nothing of a package are, for modules, what they are for CommonJS. A package may have types for modules alone. */
const sharedEntries: Plugin = {
  name: 'shared-entries',
  renderChunk(_, { isEntry, imports, exports, name, fileName }) {
    const isOfOursAlone = imports.every((file) => file.startsWith('cjs/') || file.startsWith('xstate'))
    return isEntry && isOfOursAlone && exports.join() !== 'default'
      ? `export * from '${'../'.repeat(fileName.split('/').length - 1) || './'}cjs/${name}.cjs'\n`
      : null
  },
}

const FORMATS = [
  { entryFileNames: '[name].d.ts', isCommonJs: false },
  { entryFileNames: 'cjs/[name].d.cts', isCommonJs: true },
]

/** `declarations`: where tsc wrote them, in the folders of their sources. */
export async function buildTypes(declarations: string, dist: string): Promise<void> {
  const input = ENTRIES.map(({ name, source }) => [name, join(declarations, source.replace(/\.ts$/, '.d.ts'))])
  for (const { entryFileNames, isCommonJs } of FORMATS) {
    const bundle = await rolldown({
      cwd: declarations,
      input: Object.fromEntries(input),
      // What is bundled of Valibot, its types, too.
      external: /^(?!valibot$)[^./]/,
      // An entry of one default export is `export =` for CommonJS: require gives what module.exports is.
      plugins: [dts({ dtsInput: true, tsconfig: false, cjsDefault: isCommonJs }), isCommonJs ? null : sharedEntries],
      onLog: (_, log) => {
        throw new Error(log.message)
      },
    })
    await bundle.write({ dir: resolve(dist), entryFileNames, chunkFileNames: 'cjs/chunk-[name].d.cts' })
  }
}
