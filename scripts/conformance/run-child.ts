// run-child: judges one library in a process of its own, on the Node that its newest version needs, within a time limit.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { Report } from './findings.ts'
import type { Library } from './library.ts'
import { NEWER_NODE } from './peer.ts'

const CHILD = fileURLToPath(new URL('child.ts', import.meta.url))
const LIMIT_MS = 180_000

export async function judgeInChild({ name, needsNewerNode }: Library): Promise<Report> {
  const node = needsNewerNode ? NEWER_NODE : process.execPath
  const child = spawn(node, ['--no-warnings', '--import', 'tsx', CHILD, name], { stdio: ['ignore', 'pipe', 'pipe'] })
  let isOverdue = false
  const limit = setTimeout(() => {
    isOverdue = true
    child.kill('SIGKILL')
  }, LIMIT_MS)
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  clearTimeout(limit)
  if (isOverdue) throw new Error(`${name}: not done after ${LIMIT_MS / 1_000} s`)
  try {
    return JSON.parse(stdout) as Report
  } catch {
    throw new Error(`${name}: no report (exit code ${child.exitCode})\n${stderr}`)
  }
}
