// A folder outside the repository in which the package is installed as npm would: a tarball of a fresh build, unpacked
// in node_modules/switchgear, its dependencies beside it. What works here works through `exports`, by name.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { tarball } from '../../scripts/tarball.ts'

const REPOSITORY = resolve(import.meta.dirname, '../..')

export function inRepository(path: string): string {
  return join(REPOSITORY, path)
}

type Table = Readonly<Record<string, unknown>>
export const packageJson: {
  readonly scripts: Table
  readonly exports: Table
  readonly dependencies: Table
  readonly peerDependencies: Table
} = JSON.parse(readFileSync(inRepository('package.json'), 'utf8'))

export interface Ran {
  readonly stdout: string
  readonly stderr: string
  readonly status: number | null
}

/** Without what the runner of this test would tell a runner that is started here. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const inherited = /^(VITEST|NODE_ENV|NODE_TEST_CONTEXT|NODE_OPTIONS|FORCE_COLOR|CI$|TEST$|MODE$|DEV$|PROD$)/
  const kept = Object.entries(process.env).filter(([name]) => !inherited.test(name))
  return { ...Object.fromEntries(kept), NO_COLOR: '1' }
}

export interface Sandbox {
  readonly folder: string
  write(path: string, text: string): string
  /** Installs packages of the repository here, too. */
  link(...names: string[]): void
  /** Takes them away again; not installed is all right. */
  unlink(...names: string[]): void
  /** What tsc has to say about the folder as a strict project; it also compiles to out/. */
  compile(options?: Record<string, unknown>): string
  /** Runs a file of the folder as a user would, with `node`, and hands it the arguments. */
  run(file: string, ...args: string[]): Ran
  /** As `run`, with flags of Node. */
  runWith(flags: readonly string[], file: string): Ran
  dispose(): void
}

export function createSandbox(): Sandbox {
  const packed = tarball()
  const folder = mkdtempSync(join(tmpdir(), 'switchgear-user-'))
  const dispose = () => rmSync(folder, { recursive: true, force: true })
  const modules = join(folder, 'node_modules')
  const write = (path: string, text: string) => {
    const file = join(folder, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
    return file
  }

  const installed = join(modules, 'switchgear')
  mkdirSync(installed, { recursive: true })
  execFileSync('tar', ['-xzf', packed, '--strip-components=1', '-C', installed])
  const link = (...names: string[]) => {
    for (const name of names) {
      mkdirSync(dirname(join(modules, name)), { recursive: true })
      symlinkSync(inRepository(`node_modules/${name}`), join(modules, name))
    }
  }
  link(...Object.keys(packageJson.dependencies), '@types/node')
  write('package.json', '{ "type": "module" }')
  const strictest = {
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: true,
    module: 'nodenext',
    target: 'es2023',
    lib: ['es2023', 'esnext.disposable'],
    types: ['node'],
    allowJs: true,
    checkJs: true,
    rootDir: '.',
    outDir: 'out',
  }

  const node = (...args: string[]) =>
    spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8', timeout: 60_000, env: cleanEnvironment() })

  return {
    folder,
    write,
    link,
    unlink(...names) {
      for (const name of names) rmSync(join(modules, name), { force: true })
    },
    compile(options) {
      const compilerOptions = { ...strictest, ...options }
      write('tsconfig.json', JSON.stringify({ compilerOptions, include: ['*.ts', '*.js'] }))
      const tsc = inRepository('node_modules/.bin/tsc')
      return spawnSync(tsc, ['--pretty', 'false'], { cwd: folder, encoding: 'utf8' }).stdout
    },
    run: (file, ...args) => node(join(folder, file), ...args),
    runWith: (flags, file) => node(...flags, join(folder, file)),
    dispose,
  }
}
