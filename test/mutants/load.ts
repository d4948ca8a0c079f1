// A copy of the sources with one thing broken, to see whether the tests notice.
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { createRegistry } from '../../src/index.ts'

export interface Mutant {
  readonly name: string
  /** The requirement that it breaks. */
  readonly breaks: string
  readonly file: string
  /** Must stand in the file exactly once. */
  readonly find: string
  readonly replace: string
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** The mutated package's createRegistry. Each mutant has a folder of its own, below the project so that packages resolve. */
export async function loadMutant({ name, file, find, replace }: Mutant): Promise<typeof createRegistry> {
  const folder = `${ROOT}.mutants/${name.replaceAll(/\W+/g, '-')}`
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  for (const part of ['src', 'machines']) await cp(`${ROOT}${part}`, `${folder}/${part}`, { recursive: true })
  const source = await readFile(`${folder}/${file}`, 'utf8')
  const places = source.split(find).length - 1
  if (places !== 1) throw new Error(`mutant "${name}": expected its text once in ${file}, found it ${places} times`)
  await writeFile(`${folder}/${file}`, source.replace(find, replace))
  const mutated = (await import(`${folder}/src/index.ts`)) as { createRegistry: typeof createRegistry }
  return mutated.createRegistry
}
