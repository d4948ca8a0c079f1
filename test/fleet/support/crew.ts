// Crew: operating-system processes with some registries each, all members of one fleet; what they report, and their end.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { FleetOptions, FleetStats } from '../../../src/fleet/index.ts'
import type { PolicyOptions } from '../../../src/index.ts'

/** What all processes of a crew are told. */
export interface CrewSettings {
  readonly registries: number
  readonly serviceUrl: string
  /** Each registry calls so often, in ms. */
  readonly everyMs: number
  readonly policy: PolicyOptions
  readonly fleet: Omit<FleetOptions, 'store'>
  readonly store?: { readonly deadline?: number }
}

export interface MemberReport {
  readonly name: string
  /** What its calls came to; `other` must never be. */
  readonly counts: Readonly<Record<'succeeded' | 'failed' | 'rejected' | 'other', number>>
  readonly others: readonly string[]
  /** `error` events of its registry. */
  readonly errors: readonly string[]
  /** The longest that a call took to give its promise, in ms. */
  readonly longestMs: number
  /** How often the version that it knows went back. */
  readonly setBacks: number
  readonly version: number
  /** Who made the change of this version. */
  readonly writer: string
  readonly local: string
  /** What the fleet rules, or `-`. */
  readonly override: string
  /** When it last was override open, and when it had sent its last report by then, in ms of the machine's monotonic clock. */
  readonly openedAt: number
  readonly reportedAt: number
  readonly stats: FleetStats
}

/** What a process reports; `asked` is 0 when it has started. */
export interface CrewReport {
  readonly asked: number
  readonly heapUsed: number
  readonly unhandled: readonly string[]
  readonly members: readonly MemberReport[]
}

export interface Crew {
  /** Of all members of the processes that are alive. */
  members(): Promise<MemberReport[]>
  /** How long it takes until all processes have answered a message that asks for nothing, in ms. */
  ping(): Promise<number>
  /** Heaps after a collection, in bytes, of each process; and what nobody has handled. */
  health(): Promise<{ readonly heaps: readonly number[]; readonly unhandled: readonly string[] }>
  /** SIGKILL for the process of this member. */
  kill(member: string): Promise<void>
  /** All leave, and end. */
  close(): Promise<void>
}

const PROGRAM = fileURLToPath(new URL('./crew-process.ts', import.meta.url))
const LOADER = ['--expose-gc', '--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href]

/** One process for each URL of the store. */
export async function startCrew(settings: CrewSettings, redisUrls: readonly string[]): Promise<Crew> {
  const children = new Map<string, ChildProcess>()
  let asked = 0

  function ask(child: ChildProcess, what: 'ping' | 'report' | 'collect' | 'leave'): Promise<CrewReport | null> {
    const number = ++asked
    return new Promise((resolve) => {
      const settle = (report: CrewReport | null) => {
        child.off('message', hear)
        child.off('exit', gone)
        resolve(report)
      }
      const hear = (report: CrewReport) => {
        if (report.asked === number) settle(report)
      }
      const gone = () => settle(null)
      child.on('message', hear)
      child.once('exit', gone)
      child.send({ asked: number, what }, () => {})
    })
  }

  async function askAll(what: 'ping' | 'report' | 'collect' | 'leave'): Promise<CrewReport[]> {
    const reports = await Promise.all(Array.from(children.values(), (child) => ask(child, what)))
    return reports.filter((report) => report !== null)
  }

  async function end(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
  }

  const crew: Crew = {
    members: async () => (await askAll('report')).flatMap(({ members }) => members),
    async ping() {
      const from = performance.now()
      await askAll('ping')
      return performance.now() - from
    },
    async health() {
      const reports = await askAll('collect')
      return {
        heaps: reports.map(({ heapUsed }) => heapUsed),
        unhandled: reports.flatMap(({ unhandled }) => unhandled),
      }
    },
    async kill(member) {
      const [process = ''] = member.split('.')
      const child = children.get(process)
      if (child === undefined) throw new Error(`no process ${process}`)
      await end(child)
      children.delete(process)
    },
    async close() {
      await askAll('leave')
      await Promise.all(Array.from(children.values(), end))
    },
  }
  const starting = redisUrls.map(async (url, index) => {
    const name = `p${index}`
    const child = fork(PROGRAM, [JSON.stringify(settings), name, url], {
      execArgv: LOADER,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    children.set(name, child)
    const [started] = await Promise.race([once(child, 'message'), once(child, 'exit')])
    if (typeof started !== 'object' || started === null) throw new Error(`process ${name} ended before it had started`)
  })
  try {
    await Promise.all(starting)
  } catch (error) {
    await Promise.all(Array.from(children.values(), end))
    throw error
  }
  return crew
}
