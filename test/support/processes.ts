// Real processes, for what only a process can show: that it exits, or that an error ends it.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export interface Ended {
  readonly code: number | null
  readonly output: string
}

/** Runs a script of this folder to its end. A process that does not exit by itself is killed: its code is `null`. */
export function run(script: string, ...args: string[]): Promise<Ended> {
  const path = fileURLToPath(new URL(script, import.meta.url))
  const child = spawn(process.execPath, ['--import', 'tsx', path, ...args], { timeout: 30_000 })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, output }))
  })
}
