// The scripts of the Redis stores, each with the digest by which a server knows it.
import { createHash } from 'node:crypto'
import { command } from './lua/command.ts'
import { idlePoll, poll } from './lua/poll.ts'
import { functions, header } from './lua/prelude.ts'
import { acquire, complete } from './lua/probes.ts'
import { report } from './lua/report.ts'

export interface Script {
  readonly text: string
  /** The arguments of EVALSHA. */
  readonly sha: string
}

function script(...parts: readonly string[]): Script {
  const text = parts.join('').trim()
  return { text, sha: createHash('sha1').update(text).digest('hex') }
}

export const scripts = {
  report: script(header, functions, report),
  acquire: script(header, functions, acquire),
  complete: script(header, functions, complete),
  poll: script(header, idlePoll, functions, poll),
  command: script(header, functions, command),
} as const
