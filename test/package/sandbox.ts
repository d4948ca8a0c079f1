// A folder outside the repository in which the package is installed as npm would: package.json and a fresh build under
// node_modules/switchgear, its dependencies beside it. What works here works through `exports`, by name.
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'

const REPOSITORY = resolve(import.meta.dirname, '../..')

/** What the compiler has to say of a project; nothing if all is well. */
function tsc(cwd: string, ...args: string[]): string {
  const { stdout } = spawnSync(inRepository('node_modules/.bin/tsc'), [...args, '--pretty', 'false'], {
    cwd,
    encoding: 'utf8',
  })
  return stdout
}

export function inRepository(path: string): string {
  return join(REPOSITORY, path)
}

type Table = Readonly<Record<string, unknown>>
export const packageJson: { readonly scripts: Table; readonly exports: Table; readonly dependencies: Table } =
  JSON.parse(readFileSync(inRepository('package.json'), 'utf8'))

export interface Sandbox {
  readonly folder: string
  write(path: string, text: string): string
  /** What tsc has to say about the folder as a strict project; it also compiles to out/. */
  compile(options?: Record<string, unknown>): string
  /** Runs a file of the folder as a user would, with `node`. */
  run(file: string): { readonly stdout: string; readonly stderr: string; readonly status: number | null }
  dispose(): void
}

export function createSandbox(): Sandbox {
  const folder = mkdtempSync(join(tmpdir(), 'switchgear-user-'))
  const dispose = () => rmSync(folder, { recursive: true, force: true })
  const modules = join(folder, 'node_modules')
  const write = (path: string, text: string) => {
    const file = join(folder, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
    return file
  }

  // Of its own, not the repository's dist, which may be stale or in the middle of another build.
  const mistakes = tsc(REPOSITORY, '-p', 'tsconfig.build.json', '--outDir', join(modules, 'switchgear/dist'))
  if (mistakes !== '') {
    dispose()
    throw new Error(`the package does not compile:\n${mistakes}`)
  }
  copyFileSync(inRepository('package.json'), join(modules, 'switchgear/package.json'))
  for (const name of [...Object.keys(packageJson.dependencies), '@types/node']) {
    mkdirSync(dirname(join(modules, name)), { recursive: true })
    symlinkSync(inRepository(`node_modules/${name}`), join(modules, name))
  }
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

  return {
    folder,
    write,
    compile(options) {
      const compilerOptions = { ...strictest, ...options }
      write('tsconfig.json', JSON.stringify({ compilerOptions, include: ['*.ts', '*.js'] }))
      return tsc(folder)
    },
    run: (file) => spawnSync(process.execPath, [join(folder, file)], { encoding: 'utf8', timeout: 10_000 }),
    dispose,
  }
}
