// A folder in which the package is installed, and the test runners beside it: generated files are written, checked by
// the tools their owner has, and run as their owner runs them.
import { spawnSync } from 'node:child_process'
import { copyFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { createSandbox, inRepository, type Sandbox } from '../package/sandbox.ts'

export interface Ran {
  readonly status: number | null
  readonly output: string
}

export interface Workshop extends Sandbox {
  /** What switchgear-generate, as it is installed, has to say. */
  generate(...args: string[]): { readonly status: number | null; readonly stdout: string; readonly stderr: string }
  /** Runs a test file with its runner; passed tests have status 0. */
  runTests(runner: 'vitest' | 'node', file: string): Ran
  /** What Biome has to say of the files, by the rules of this repository. */
  lint(...files: string[]): Ran
}

/** Without what the runner of this test would tell the runner that it starts. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const inherited = /^(VITEST|NODE_ENV|NODE_TEST_CONTEXT|NODE_OPTIONS|FORCE_COLOR|TEST$|MODE$|DEV$|PROD$)/
  const kept = Object.entries(process.env).filter(([name]) => !inherited.test(name))
  return { ...Object.fromEntries(kept), NO_COLOR: '1' }
}

export function createWorkshop(): Workshop {
  const sandbox = createSandbox()
  const { folder } = sandbox
  for (const name of ['vitest', 'tsx']) {
    symlinkSync(inRepository(`node_modules/${name}`), join(folder, 'node_modules', name))
  }
  copyFileSync(inRepository('biome.json'), join(folder, 'biome.json'))
  const spawn = (args: string[]) =>
    spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8', timeout: 60_000, env: cleanEnvironment() })
  const run = (...args: string[]): Ran => {
    const { status, stdout, stderr } = spawn(args)
    return { status, output: `${stdout}${stderr}` }
  }
  return {
    ...sandbox,
    generate: (...args) => spawn(['node_modules/switchgear/dist/cli/switchgear-generate.js', ...args]),
    runTests: (runner, file) =>
      runner === 'node'
        ? run('--import', 'tsx', '--test', '--test-reporter=spec', file)
        : run('node_modules/vitest/vitest.mjs', 'run', '--root', '.', file),
    lint: (...files) =>
      run(
        inRepository('node_modules/@biomejs/biome/bin/biome'),
        'check',
        '--error-on-warnings',
        '--vcs-enabled=false',
        ...files,
      ),
  }
}
