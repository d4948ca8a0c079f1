// Project: an empty project of a stranger, in a folder of its own. All of them end with the matrix.
import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'

const REPOSITORY = resolve(import.meta.dirname, '../..')
const TSC = join(REPOSITORY, 'node_modules/typescript/bin/tsc')
const SMOKE = join(import.meta.dirname, 'smoke')
let all: string | undefined

/** One source, compiled for both: TypeScript goes by the package.json of the folder. */
export const FORMATS = { esm: 'module', cjs: 'commonjs' } as const
export type Format = keyof typeof FORMATS

/** The folder of all projects. */
function folderOfAll(): string {
  all ??= mkdtempSync(join(tmpdir(), 'switchgear-matrix-'))
  return all
}

/** A copy of a file that lasts as long as the projects do. */
export function keepBeside(file: string): string {
  const copy = join(folderOfAll(), basename(file))
  cpSync(file, copy)
  return copy
}

export function removeProjects(): void {
  if (all !== undefined) rmSync(all, { recursive: true, force: true, maxRetries: 5 })
}

export interface Project {
  readonly folder: string
  /** As `npm install` does it for everybody; an ERESOLVE is an error. */
  install(packages: Readonly<Record<string, string>>, options?: { readonly scripts?: boolean }): Promise<void>
  /** The version that was installed of a package. */
  versionOf(name: string): string
  /** Compiles a smoke test, strictly, against the types that are installed. */
  compile(smoke: string, format: Format, skipLibCheck: boolean): Promise<void>
  /** Runs it to its end, which it has to come to by itself. */
  run(smoke: string, format: Format, command: readonly string[], env: Readonly<Record<string, string>>): Promise<void>
  remove(): void
}

export function newProject(name: string): Project {
  const folder = mkdtempSync(join(folderOfAll(), `${name.replaceAll(/[^a-z0-9.]+/gi, '-')}-`))
  const write = (path: string, content: object) => writeFileSync(join(folder, path), JSON.stringify(content))
  return {
    folder,
    async install(dependencies, { scripts = false } = {}) {
      write('package.json', { name: 'user', private: true, dependencies })
      const quiet = ['--no-audit', '--no-fund', '--loglevel=error', ...(scripts ? [] : ['--ignore-scripts'])]
      await succeeds('npm', ['install', ...quiet], folder, 300_000)
    },
    versionOf: (of) => JSON.parse(readFileSync(join(folder, 'node_modules', of, 'package.json'), 'utf8')).version,
    async compile(smoke, format, skipLibCheck) {
      cpSync(SMOKE, join(folder, format), { recursive: true })
      write(join(format, 'package.json'), { type: FORMATS[format] })
      const compilerOptions = {
        strict: true,
        skipLibCheck,
        module: 'nodenext',
        target: 'es2022',
        types: ['node'],
        experimentalDecorators: true,
        emitDecoratorMetadata: true,
      }
      write(join(format, 'tsconfig.json'), { compilerOptions, files: [`${smoke}.ts`] })
      await succeeds(process.execPath, [TSC, '-p', format, '--pretty', 'false'], folder, 120_000)
    },
    async run(smoke, format, [program = '', ...args], env) {
      const output = await succeeds(program, [...args, join(format, `${smoke}.js`)], folder, 30_000, env)
      if (!/^ok$/m.test(output)) throw new Error(`it did not come to its end: ${output}`)
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** What it printed. @throws Error with it, if it ends otherwise or not in time */
function succeeds(
  program: string,
  args: readonly string[],
  cwd: string,
  timeout: number,
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const child = spawn(program, args, {
    cwd,
    timeout,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => {
      const end = code === null ? `does not end within ${timeout / 1_000} s` : `ends with ${code}`
      if (code === 0) resolve(output)
      else reject(new Error(`${[program, ...args].join(' ')} ${end}\n${output}`))
    })
  })
}
