// ServiceHost: the parent of the service processes. It starts them, and sees to it that none is left behind.
import { type ChildProcess, fork } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Behaviour, LatencyOrder, ServiceReport } from './service.ts'

export interface Service {
  readonly behaviour: Behaviour
  readonly pid: number
  readonly port: number
  order(order: LatencyOrder): void
  /** SIGKILL; resolves when the process is gone, and its port with it. */
  kill(): Promise<void>
}

export interface ServiceHost {
  /** Resolves when the service listens: on `port`, or on one that the system picks. */
  start(behaviour: Behaviour, port?: number, onPortTaken?: () => void): Promise<Service>
  stopAll(): Promise<void>
}

/** From the sources it is TypeScript, which needs a loader; in the package it stands beside this module, bundled. */
const IS_SOURCE = import.meta.url.endsWith('.ts')
const PROGRAM = fileURLToPath(new URL(IS_SOURCE ? './service.ts' : './service.js', import.meta.url))

function loader(): string[] {
  // Its full address: `--import tsx` would be looked for in the current directory.
  return IS_SOURCE ? ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href] : []
}

export function createServiceHost(): ServiceHost {
  const children = new Set<ChildProcess>()
  let stopped = false

  async function start(behaviour: Behaviour, port = 0, onPortTaken = () => {}): Promise<Service> {
    if (stopped) throw new Error('the services are being stopped')
    const child = fork(PROGRAM, [behaviour, String(port)], {
      // Not this process's own: with --inspect all of them would want the same port.
      execArgv: loader(),
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    children.add(child)
    child.once('exit', () => children.delete(child))
    const listeningOn = await listening(child, behaviour, onPortTaken)
    return {
      behaviour,
      pid: child.pid ?? 0,
      port: listeningOn,
      // Without a callback, a child that has just died would throw into whoever gives the order.
      order: (order) => void child.send(order, () => {}),
      kill: () => killed(child),
    }
  }

  return {
    start,
    async stopAll() {
      stopped = true
      await Promise.all(Array.from(children, killed))
    },
  }
}

function listening(child: ChildProcess, behaviour: Behaviour, onPortTaken: () => void): Promise<number> {
  return new Promise((resolve, reject) => {
    child.on('message', (report: ServiceReport) => {
      if (report.type === 'listening') resolve(report.port)
      else onPortTaken()
    })
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      reject(new Error(`the ${behaviour} service ended before it listened (${signal ?? `exit code ${code}`})`))
    })
  })
}

function killed(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return resolve()
    child.once('exit', () => resolve())
    child.kill('SIGKILL')
  })
}
