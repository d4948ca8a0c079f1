// Tsc: the compiler, on a project of this repository or on one that names its files.
import { spawnSync } from 'node:child_process'
import { join, resolve } from 'node:path'

const REPOSITORY = resolve(import.meta.dirname, '..')

/** Runs it. What it has to say; nothing if all is well. */
export function tsc(...options: readonly string[]): string {
  const program = join(REPOSITORY, 'node_modules/typescript/bin/tsc')
  const { error, status, stdout } = spawnSync(process.execPath, [program, ...options, '--pretty', 'false'], {
    cwd: REPOSITORY,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (error !== undefined) throw error
  return status === 0 || stdout !== '' ? stdout : `tsc ended with ${status}\n`
}
