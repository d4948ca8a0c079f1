// Peer: the installed packages of the peers' folder, loaded by name so that this one compiles without them.
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'

export const PEERS_FOLDER = fileURLToPath(new URL('peers/', import.meta.url))
export const NEWER_NODE = `${PEERS_FOLDER}node_modules/node/bin/node`

export const arePeersInstalled = () => existsSync(NEWER_NODE) && existsSync(`${PEERS_FOLDER}node_modules/opossum`)

const imported = new Map<string, Promise<unknown>>()

/** What the package exports; the caller says what of it is used. Asked for thousands of times, and loaders are slow. */
export function importPeer<T>(specifier: string): Promise<T> {
  const { resolve } = createRequire(pathToFileURL(`${PEERS_FOLDER}package.json`))
  const known = imported.get(specifier) ?? import(pathToFileURL(resolve(specifier)).href)
  imported.set(specifier, known)
  return known as Promise<T>
}

export function versionOf(packageName: string | undefined): string {
  const file =
    packageName === undefined
      ? new URL('../../package.json', import.meta.url)
      : pathToFileURL(`${PEERS_FOLDER}node_modules/${packageName}/package.json`)
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}
