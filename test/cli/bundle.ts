// Bundle: the command line as a user has it: built into a folder of its own, beside XState and nothing else.
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { buildModules } from '../../scripts/build-modules.ts'

export interface Ended {
  readonly stdout: string
  readonly stderr: string
  readonly code: number | null
}

export interface Bundle {
  readonly folder: string
  /** The program's file. */
  readonly program: string
  /** Writes a file into the folder where commands run. */
  write(name: string, text: string): string
  start(args: readonly string[], options?: SpawnOptions): ChildProcess
  run(...args: string[]): Promise<Ended>
  runWith(env: Readonly<Record<string, string>>, ...args: string[]): Promise<Ended>
  /** By the file's name, in bytes. */
  sizes(): Record<string, number>
  /** Kills what is still running, and takes the folder away. */
  dispose(): void
}

/** Of a terminal or a user, which a test must not inherit. */
const PLAIN = { NO_COLOR: undefined, FORCE_COLOR: undefined, TERM: 'xterm', COLUMNS: undefined }

export async function createBundle(): Promise<Bundle> {
  const folder = mkdtempSync(join(tmpdir(), 'switchgear-cli-'))
  await buildModules(join(folder, 'dist'))
  cpSync('package.json', join(folder, 'package.json'))
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(resolve('node_modules/xstate'), join(folder, 'node_modules/xstate'))
  const program = join(folder, 'dist/cli/switchgear.js')
  const children = new Set<ChildProcess>()
  const work = join(folder, 'work')
  mkdirSync(work)

  function start(args: readonly string[], options: SpawnOptions = {}): ChildProcess {
    const env = { ...process.env, ...PLAIN, ...options.env }
    const child = spawn(process.execPath, [program, ...args], { cwd: work, ...options, env })
    children.add(child)
    child.once('close', () => children.delete(child))
    return child
  }

  async function runWith(env: Readonly<Record<string, string>>, ...args: string[]): Promise<Ended> {
    const { stdout, stderr, ...child } = piped(start(args, { env: { ...env }, stdio: ['ignore', 'pipe', 'pipe'] }))
    const [out, err, code] = await Promise.all([text(stdout), text(stderr), child.ended])
    return { stdout: out, stderr: err, code }
  }

  return {
    folder,
    program,
    write(name, content) {
      writeFileSync(join(work, name), content)
      return name
    },
    start,
    run: (...args) => runWith({}, ...args),
    runWith,
    sizes() {
      const built = join(folder, 'dist/cli')
      return Object.fromEntries(readdirSync(built).map((name) => [name, statSync(join(built, name)).size]))
    },
    dispose() {
      for (const child of children) child.kill('SIGKILL')
      rmSync(folder, { recursive: true })
    },
  }
}

export function piped(child: ChildProcess) {
  const { stdout, stderr } = child
  if (stdout === null || stderr === null) throw new Error('expected pipes')
  return { stdout, stderr, ended: once(child, 'close').then(([code]) => code as number | null) }
}
