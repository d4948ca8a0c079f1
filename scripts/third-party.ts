// ThirdParty: the licences of packages that are inlined into what we ship.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

interface Manifest {
  readonly name: string
  readonly version: string
  readonly license: string
}

/** Of every package that one of these modules is of, in one text. @throws if one has none */
export function licencesOf(holder: string, modules: Iterable<string>): string {
  const folders = new Set([...modules].flatMap((id) => packageFolderOf(id) ?? []))
  const texts = [...folders].map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry))
    if (file === undefined) throw new Error(`${name} has no licence in ${folder}`)
    return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`
  })
  const rule = `\n${'-'.repeat(80)}\n\n`
  return [`${holder} holds these packages.\n`, ...texts.toSorted()].join(rule)
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
