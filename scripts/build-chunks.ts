// BuildChunks: the core in three files, each of which costs a millisecond of the start: what `switchgear/pure` needs of it, what
// `switchgear/machines` does, and the rest. Nothing that the core does not need is in them. All else is cut as it comes.
import { join, resolve } from 'node:path'
import type { Plugin } from 'rolldown'
import { ENTRIES } from './entries.ts'

const REPOSITORY = resolve(import.meta.dirname, '..')
const reached = new Map<string, ReadonlySet<string>>()

/** Finds what the entries of the core are made of. */
export const coreModules: Plugin = {
  name: 'core-modules',
  buildEnd() {
    for (const { name, source } of ENTRIES) {
      const found = new Set<string>()
      const visit = (id: string) => {
        if (found.has(id)) return
        found.add(id)
        for (const imported of this.getModuleInfo(id)?.importedIds ?? []) visit(imported)
      }
      visit(join(REPOSITORY, source))
      reached.set(name, found)
    }
  },
}

const isOf = (entry: string, id: string) => reached.get(entry)?.has(id) ?? false

export const CORE_CHUNKS = [
  { name: 'rules', test: (id: string) => isOf('index', id) && isOf('pure', id) },
  { name: 'machines', test: (id: string) => isOf('index', id) && isOf('machines', id) && !isOf('pure', id) },
  { name: 'core', test: (id: string) => isOf('index', id) && !isOf('machines', id) && !isOf('pure', id) },
]
