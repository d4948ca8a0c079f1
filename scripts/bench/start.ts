// Start: what `import 'switchgear'` costs beside `import 'xstate'`, without which there is no switchgear. Each in a process of its own, by
// turns; in time of the processor, because a start is too short to wait for a quiet moment.
import { execFileSync } from 'node:child_process'
import { resolve } from 'node:path'
import { median } from './turns.ts'

const ROUNDS = 15
const REPOSITORY = resolve(import.meta.dirname, '../..')

export interface Start {
  readonly ms: number
  readonly baseMs: number
}

export function measureStart(): Start {
  const own: number[] = []
  const base: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    base.push(msToImport('xstate'))
    own.push(msToImport('./dist/index.js'))
  }
  return { ms: median(own), baseMs: median(base) }
}

function msToImport(specifier: string): number {
  const code = `const before = process.cpuUsage()
    await import('${specifier}')
    const { user, system } = process.cpuUsage(before)
    console.log((user + system) / 1000)`
  const args = ['--input-type=module', '--eval', code]
  return Number(execFileSync(process.execPath, args, { cwd: REPOSITORY, encoding: 'utf8' }))
}
