// The scripts of the Redis stores, each with the digest that a server knows it by.
import { createHash } from 'node:crypto'
import { command } from './lua/command.ts'
import { poll } from './lua/poll.ts'
import { prelude } from './lua/prelude.ts'
import { acquire, complete } from './lua/probes.ts'
import { report } from './lua/report.ts'

export interface Script {
  readonly text: string
  /** What EVALSHA takes. */
  readonly sha: string
}

function script(body: string): Script {
  const text = `${prelude}${body}`.trim()
  return { text, sha: createHash('sha1').update(text).digest('hex') }
}

export const scripts = {
  report: script(report),
  acquire: script(acquire),
  complete: script(complete),
  poll: script(poll),
  command: script(command),
} as const
